#pragma once

#include <string>
#include <vector>

namespace ringwood::cli {

/// What may stand in place of the last of the words that follow `ringwood` on a command line, which may be empty or
/// begun. Nothing where a file name may stand: shells know those themselves.
[[nodiscard]] std::vector<std::string> completions(const std::vector<std::string>& words);

}  // namespace ringwood::cli
