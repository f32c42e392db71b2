#pragma once

#include <mutex>
#include <string>
#include <thread>

#include "tools/cli/records.hpp"

namespace ringwood::cli {

/// Records of points as they are finished. When the user interrupts (Ctrl-C), those that there are are written whole,
/// whatever is being worked on, and the program ends with code 130. No thread may have been started before.
class FinishedPoints {
 public:
  explicit FinishedPoints(const std::string& format);
  ~FinishedPoints();
  FinishedPoints(const FinishedPoints&) = delete;
  FinishedPoints& operator=(const FinishedPoints&) = delete;

  void add(const Record& record);

  /// To be called after the last record.
  void finish();

 private:
  void watch();

  std::mutex mutex_;
  RecordWriter writer_;
  std::thread watcher_;
};

}  // namespace ringwood::cli
