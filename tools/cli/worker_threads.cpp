#include "tools/cli/worker_threads.hpp"

namespace ringwood::cli {

WorkerThreads::WorkerThreads(const SharedWork& work, int threads) : work_(work) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

WorkerThreads::~WorkerThreads() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    waiting_.clear();
  }
  work_there_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

bool WorkerThreads::hungry() {
  const std::lock_guard lock(mutex_);
  // One piece more than is being done lies ready, so that nobody waits for the hand that gives.
  return waiting_.empty();
}

void WorkerThreads::add(std::size_t index) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(index);
  }
  ++under_way_;
  work_there_.notify_one();
}

std::optional<WorkerThreads::Result> WorkerThreads::take(std::chrono::microseconds at_most, bool more) {
  std::unique_lock lock(mutex_);
  result_there_.wait_for(lock, at_most, [&] { return !results_.empty() || failure_ || (more && waiting_.empty()); });
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  if (results_.empty()) {
    return std::nullopt;
  }
  Result result = std::move(results_.front());
  results_.pop_front();
  --under_way_;
  return result;
}

std::optional<std::size_t> WorkerThreads::next() {
  std::unique_lock lock(mutex_);
  work_there_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
  if (ending_) {
    return std::nullopt;
  }
  const std::size_t index = waiting_.front();
  waiting_.pop_front();
  result_there_.notify_one();
  return index;
}

void WorkerThreads::run() {
  while (const std::optional<std::size_t> index = next()) {
    try {
      std::string text = work_.work(*index);
      const std::lock_guard lock(mutex_);
      results_.push_back({*index, std::move(text)});
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
    result_there_.notify_one();
  }
}

}  // namespace ringwood::cli
