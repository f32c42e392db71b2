#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/cli/records.hpp"

namespace ringwood::cli {

/// A file of results, one JSON object a line, each with a field "id". Throws Error(kInput) with file and line.
[[nodiscard]] std::vector<Record> read_results(const std::string& path);

/// A file of results that grows point by point: what was appended is on the disk when `append` returns, and survives
/// whatever ends the program. One writer at a time.
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

 private:
  void check_regular() const;
  void lock() const;
  void load();
  [[nodiscard]] std::string contents() const;

  std::string path_;
  int file_ = -1;
  std::map<std::string, Record> finished_;
  std::string remark_;
};

}  // namespace ringwood::cli
