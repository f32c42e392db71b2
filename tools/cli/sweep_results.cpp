#include "tools/cli/sweep_results.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/cli/output.hpp"
#include "tools/cli/tables.hpp"

namespace ringwood::cli {

Record in_sweep_table(const Record& record) {
  static constexpr std::string_view kHidden[]{"id",        "model", "rounds", "messages", "bytes_sent_max",
                                              "algbw_Bps", "min_s", "max_s",  "median_s", "critical_path",
                                              "sync",      "late"};
  Record result = record;
  for (Field& field : result) {
    field.in_table = std::find(std::begin(kHidden), std::end(kHidden), field.name) == std::end(kHidden);
  }
  return result;
}

SweepResults::SweepResults(const Arguments& arguments) : quiet_(arguments.given("quiet")) {
  const std::string path = arguments.text("output");
  if (path.empty()) {
    return;
  }
  file_.emplace(path);
  if (!file_->remark().empty()) {
    remark("ringwood sweep: " + file_->remark());
  }
}

const Record* SweepResults::finished(const GridPoint& point) const {
  if (const auto found = records_.find(point.id); found != records_.end()) {
    return &found->second;
  }
  if (!file_) {
    return nullptr;
  }
  const auto in_file = file_->finished().find(point.id);
  return in_file == file_->finished().end() ? nullptr : &in_file->second;
}

std::vector<char> SweepResults::finished_flags(const std::vector<GridPoint>& points) const {
  std::vector<char> flags;
  for (const GridPoint& point : points) {
    flags.push_back(finished(point) == nullptr ? 0 : 1);
  }
  return flags;
}

void SweepResults::add(const GridPoint& point, const Record& record) {
  Record with_id{{"id", point.id, Unit::kNone, false}};
  with_id.insert(with_id.end(), record.begin(), record.end());
  if (file_) {
    file_->append(with_id);
  }
  records_.emplace(point.id, std::move(with_id));
}

void SweepResults::tell_skipped(std::size_t skipped, std::size_t all) const {
  if (skipped > 0 && !quiet_) {
    remark(fmt::format("ringwood sweep: {} of {} points are in the file already", skipped, all));
  }
}

bool SweepResults::print_all(const std::vector<GridPoint>& points, const Arguments& arguments) {
  ResultWriter writer(arguments.text("format"), table_notes_of(arguments));
  bool all_right = true;
  for (const GridPoint& point : points) {
    if (const Record* const record = finished(point); record != nullptr) {
      writer.add(in_sweep_table(*record));
      all_right = all_right && number_field(*record, "wrong", 0) == 0;
    }
  }
  writer.finish();
  flush_output();
  if (file_) {
    file_->sync();
  }
  return all_right;
}

}  // namespace ringwood::cli
