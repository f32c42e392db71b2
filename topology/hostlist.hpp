#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "topology/input_text.hpp"

namespace ringwood {

/// The names of a hostlist as Slurm writes them, in order: "n[0-1,5],r[0-3]n[008-010],login". `list` is a part of
/// input's text, for messages. Throws Error(kInput) for what is no hostlist, for ranges that end before they begin and
/// for more than 2^22 names.
[[nodiscard]] std::vector<std::string> expand_hostlist(std::string_view list, const InputText& input);

}  // namespace ringwood
