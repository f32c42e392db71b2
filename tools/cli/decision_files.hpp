#pragma once

#include <string>

#include "ringwood/decision_files.hpp"
#include "tools/cli/arguments.hpp"

namespace ringwood::cli {

/// The text of a file. Throws Error(kInput) if it cannot be opened or is longer than any decision file.
[[nodiscard]] std::string decision_file_text(const std::string& path);

/// `--table`. Throws Error(kInput) as read_decision_table.
[[nodiscard]] DecisionTable decision_table_of(const Arguments& arguments);

/// `ringwood export --table FILE --format LIBRARY`. Returns the exit code.
int export_table(const Arguments& arguments);

}  // namespace ringwood::cli
