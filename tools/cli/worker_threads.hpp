#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tools/cli/crew.hpp"

namespace ringwood::cli {

/// Threads that do pieces of work, for one thread that hands them out and takes the results. Pieces that were not begun
/// when the object goes are left.
class WorkerThreads {
 public:
  struct Result {
    std::size_t index = 0;
    std::string text;
  };

  WorkerThreads(const SharedWork& work, int threads);
  ~WorkerThreads();
  WorkerThreads(const WorkerThreads&) = delete;
  WorkerThreads& operator=(const WorkerThreads&) = delete;

  /// Whether a thread has nothing to go on with.
  [[nodiscard]] bool hungry();

  void add(std::size_t index);

  /// Pieces that were added and whose results were not taken.
  [[nodiscard]] std::size_t under_way() const { return under_way_; }

  /// A result, waiting for one at most so long, and, if there is more to hand out, only until a thread is hungry.
  /// Throws what the work threw.
  [[nodiscard]] std::optional<Result> take(std::chrono::microseconds at_most, bool more);

 private:
  void run();
  [[nodiscard]] std::optional<std::size_t> next();

  const SharedWork& work_;
  std::mutex mutex_;
  std::condition_variable work_there_;
  std::condition_variable result_there_;
  std::deque<std::size_t> waiting_;  // pieces that no thread has begun
  std::deque<Result> results_;
  std::exception_ptr failure_;
  bool ending_ = false;
  std::size_t under_way_ = 0;  // of the thread that hands out
  std::vector<std::thread> threads_;
};

}  // namespace ringwood::cli
