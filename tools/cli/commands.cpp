#include <array>

#include "tools/cli/command.hpp"

namespace ringwood::cli {

std::span<const Command* const> all_commands() {
  static constexpr std::array kCommands{
#define COMMAND(file) &file##_command,
#include "tools/cli/commands.def"
#undef COMMAND
  };
  return kCommands;
}

}  // namespace ringwood::cli
