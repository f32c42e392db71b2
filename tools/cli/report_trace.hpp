#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace ringwood::cli {

/// A Chrome trace that `ringwood simulate --trace` wrote, as the page of a report takes it
/// (tools/report/page/timeline.js reads it): columns of operations, times in seconds, and the use of links. Nothing if
/// the text is no such trace. Throws Error(kInput) for one that is malformed, or too long to be looked at; `name` is
/// that of the file.
[[nodiscard]] std::optional<nlohmann::ordered_json> report_trace(const std::string& text, const std::string& name);

}  // namespace ringwood::cli
