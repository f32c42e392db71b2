#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/records.hpp"
#include "tools/cli/statistics.hpp"

namespace ringwood::cli {

/// A file of results: one JSON object a line, or one JSON array of them. `remark` is set if something was found that
/// the reader should know of. Throws Error(kInput) with file and line.
[[nodiscard]] std::vector<Record> read_results(const std::string& path, std::string& remark);

/// The same; what was found is said on standard error, in the name of a command.
[[nodiscard]] std::vector<Record> read_results_aloud(const std::string& path, std::string_view command);

/// The time of a result, with its interval if it was measured.
[[nodiscard]] Estimate estimate_of(const Record& record);

/// A file of results that grows point by point: what was appended when `append` returns survives whatever ends the
/// program, and, half a second later, what ends the system. One writer at a time.
class ResultsFile {
 public:
  /// Opens or makes the file and reads what is there. A last line without an end, of a run that was killed, is cut off;
  /// `remark()` says so. Throws Error(kInput) for other lines that are no results, and Error(kSystem).
  explicit ResultsFile(std::string path);
  ~ResultsFile();
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;

  /// What is in the file, by id.
  [[nodiscard]] const std::map<std::string, Record>& finished() const { return finished_; }

  /// What was found when the file was opened; may be empty.
  [[nodiscard]] const std::string& remark() const { return remark_; }

  /// Throws Error(kSystem), naming the file, if it cannot be written; what was there before stays whole.
  void append(const Record& record);

  /// Returns when all of it is on the disk. Throws Error(kSystem).
  void sync() const;

 private:
  void check_regular() const;
  void lock() const;
  void load();
  [[nodiscard]] std::string contents() const;

  std::string path_;
  int file_ = -1;
  std::map<std::string, Record> finished_;
  std::string remark_;
  std::chrono::steady_clock::time_point synced_;
};

}  // namespace ringwood::cli
