#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/cli/arguments.hpp"
#include "tools/cli/grid.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/results_file.hpp"

namespace ringwood::cli {

/// The record with what a sweep's table leaves out taken out of it.
[[nodiscard]] Record in_sweep_table(const Record& record);

/// Where the records of a sweep come from and go to: the file of `--output`, if there is one, and the table at the end.
class SweepResults {
 public:
  /// Opens the file, and says what was found in it. Throws as ResultsFile.
  explicit SweepResults(const Arguments& arguments);

  /// The record of a point that was done, now or by an earlier run; nullptr if it was not.
  [[nodiscard]] const Record* finished(const GridPoint& point) const;

  /// For each point whether it is finished.
  [[nodiscard]] std::vector<char> finished_flags(const std::vector<GridPoint>& points) const;

  void add(const GridPoint& point, const Record& record);

  /// Points that are in the file already, said once.
  void tell_skipped(std::size_t skipped, std::size_t all) const;

  /// Prints everything that is finished, in the order of the points and in the `--format`. Returns whether all results
  /// are right. Throws Error(kSystem) if the file cannot be written to its end.
  bool print_all(const std::vector<GridPoint>& points, const Arguments& arguments);

 private:
  bool quiet_;
  std::optional<ResultsFile> file_;
  std::map<std::string, Record> records_;
};

}  // namespace ringwood::cli
