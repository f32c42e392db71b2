#pragma once

#include <optional>
#include <string>

#include "ringwood/recorded.hpp"
#include "ringwood/schedule.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/setup.hpp"

namespace ringwood::cli {

/// What may be asked for beside a file.
enum class Beside { kNothing, kAlgorithms };

/// A schedule that was read from `--file`. Not to be moved: the schedule refers to what was read.
class FileSchedule {
 public:
  /// Throws Error(kInput) that names file, line and column, and Error(kUsage) for options that the file decides
  /// (`--ranks`, `--root`, `--algorithm`) and an `--op` that it is not for.
  explicit FileSchedule(const Arguments& arguments, Beside beside = Beside::kNothing);
  FileSchedule(const FileSchedule&) = delete;
  FileSchedule& operator=(const FileSchedule&) = delete;

  [[nodiscard]] const RecordedSchedule& recorded() const { return recorded_; }

  [[nodiscard]] const Schedule& schedule() const { return schedule_; }

  /// What the file says that it is: "pat:aggregation=4"; "file" where it says nothing.
  [[nodiscard]] std::string name() const { return recorded_.algorithm.empty() ? "file" : recorded_.algorithm; }

 private:
  RecordedSchedule recorded_;
  Schedule schedule_;
};

/// The one schedule that a command is about: COLLECTIVE ALGORITHM on one number of ranks, or that of `--file`. Not to
/// be moved.
class GivenSchedule {
 public:
  /// Throws Error(kUsage) and what FileSchedule throws.
  explicit GivenSchedule(const Arguments& arguments);
  GivenSchedule(const GivenSchedule&) = delete;
  GivenSchedule& operator=(const GivenSchedule&) = delete;

  [[nodiscard]] const Schedule& schedule() const { return file_ ? file_->schedule() : *named_; }

  [[nodiscard]] std::string name() const { return file_ ? file_->name() : named_->name(); }

  /// All its rounds, as read or as its programs give them.
  [[nodiscard]] const RecordedSchedule& recorded();

 private:
  std::optional<FileSchedule> file_;
  std::optional<Site> site_;  // the named schedule refers to its placement
  std::optional<Schedule> named_;
  std::optional<RecordedSchedule> recorded_;  // of the named one, once asked for
};

}  // namespace ringwood::cli
