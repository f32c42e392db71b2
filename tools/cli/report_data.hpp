#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/cli/records.hpp"

namespace ringwood::cli {

/// One file of results, as a report tells of it.
struct ReportSource {
  std::string name;
  std::vector<Record> records;
  std::string remark;  ///< what was found when it was read; may be empty
  /// In place of records: what a view of its own shows, of report_trace, report_figure or report_link_maps; or null.
  nlohmann::ordered_json trace;
  nlohmann::ordered_json figure = nullptr;
  nlohmann::ordered_json link_maps = nullptr;
};

/// All results as the JSON of a report's page (tools/report/page/data.js reads it): columns, texts once with numbers
/// that refer to them. Has no '<', so that it can stand inside a script element whatever the texts are. Of records with
/// the same id, the last one is taken. Texts of more than a mebibyte in one column are left out, and named.
[[nodiscard]] std::string report_data(const std::vector<ReportSource>& sources);

}  // namespace ringwood::cli
