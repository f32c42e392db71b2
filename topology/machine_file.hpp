#pragma once

#include <string>

#include "topology/machine.hpp"

namespace ringwood {

/// Reads a machine from a file, whose format its content tells. Throws Error(kInput) with file, line and column.
[[nodiscard]] Machine read_machine_file(const std::string& name);

}  // namespace ringwood
