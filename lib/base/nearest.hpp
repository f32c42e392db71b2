#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ringwood {

/// ", did you mean 'ring'?" for the name at most two edits away from `given` (Levenshtein), or an empty string.
[[nodiscard]] std::string did_you_mean(std::string_view given, std::span<const std::string> names);

}  // namespace ringwood
