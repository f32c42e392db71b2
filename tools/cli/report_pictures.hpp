#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace ringwood::cli {

/// A schedule that `ringwood show --format json` wrote (ringwood.figure/1), as the page of a report steps through it
/// (tools/report/page/steps.js). Nothing if the text is none. Throws Error(kInput) for one that is malformed, or too
/// large to be looked at; `name` is that of the file.
[[nodiscard]] std::optional<nlohmann::ordered_json> report_figure(const std::string& text, const std::string& name);

/// What `ringwood simulate --report` wrote, as maps of the use of links (tools/report/page/links.js), one for each
/// simulation. The same.
[[nodiscard]] std::optional<nlohmann::ordered_json> report_link_maps(const std::string& text, const std::string& name);

}  // namespace ringwood::cli
