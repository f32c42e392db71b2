#pragma once

#include <array>
#include <span>
#include <string_view>

namespace ringwood::cli {

class Arguments;

/// An option of options.def as one command takes it.
struct OptionUse {
  std::string_view name;
  std::string_view fallback = {};  ///< its value where the user gives none; empty: there is none
  std::string_view accepted = {};  ///< the values, where they differ from command to command
};

/// A command, whole: data for parser, help, completion and manual, and the function that does it.
struct Command {
  std::string_view name;
  std::string_view operands;  ///< "COLLECTIVE ALGORITHM"
  std::string_view brief;     ///< one line
  std::string_view details;   ///< what else `--help` says; lines of at most 80 columns
  std::size_t operands_min = 0;
  std::size_t operands_max = 0;
  std::span<const OptionUse> options;
  std::array<std::string_view, 3> examples;  ///< they work as pasted
  int (*run)(const Arguments& arguments);    ///< returns the exit code; throws Error
  bool over_ranks = false;                   ///< started by mpirun, all its ranks do one task and fail together
};

#define COMMAND(file) extern const Command file##_command;
#include "tools/cli/commands.def"
#undef COMMAND

/// All commands, in the order of commands.def.
[[nodiscard]] std::span<const Command* const> all_commands();

}  // namespace ringwood::cli
