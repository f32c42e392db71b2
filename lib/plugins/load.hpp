#pragma once

#include <string>

#include "plugins/trusted_file.hpp"
#include "ringwood/plugin.hpp"

namespace ringwood {

/// Loads the open file into the process and finds its description, checked: ABI, sizes, names, pointers. `path` is for
/// messages. Throws Error(kInput).
[[nodiscard]] const PluginDescription& description_in(const FileHandle& file, const std::string& path);

/// Proves every algorithm of it for few ranks. Throws Error(kInput) that says which is wrong where, also if one does
/// not come to an end.
void prove(const PluginDescription& description, const std::string& path);

}  // namespace ringwood
