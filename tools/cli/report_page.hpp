#pragma once

#include <span>
#include <string_view>

namespace ringwood::cli {

/// The page of `ringwood report`, in pieces, without the JSON that comes between the two halves. Made from tools/report
/// when the library is built.
[[nodiscard]] std::span<const std::string_view> page_before_data();
[[nodiscard]] std::span<const std::string_view> page_after_data();

}  // namespace ringwood::cli
