#pragma once

#include <string>
#include <string_view>

#include "decision/findings.hpp"

namespace ringwood {

/// What json-c, which MPICH reads with, takes beyond JSON, blanked out so that all else stays where it is: comments,
/// and commas before the end of an object. Each is told as a note.
[[nodiscard]] std::string without_json_c_extensions(std::string_view text, Findings& findings);

}  // namespace ringwood
