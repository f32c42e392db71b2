#pragma once

#include <string>
#include <string_view>

namespace ringwood::cli {

/// "20%" or "20" as 0.2. Throws Error(kUsage) for what is no percentage from `least` to `most`; `what`: the option.
[[nodiscard]] double fraction_of(const std::string& text, double least, double most, std::string_view what);

}  // namespace ringwood::cli
