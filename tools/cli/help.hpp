#pragma once

#include <string>

#include "tools/cli/command.hpp"

namespace ringwood::cli {

/// What `ringwood --help` prints.
[[nodiscard]] std::string overview();

/// What `ringwood COMMAND --help` prints.
[[nodiscard]] std::string help_of(const Command& command);

}  // namespace ringwood::cli
