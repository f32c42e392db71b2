#include "api/progress.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "api/context.hpp"
#include "base/waiting_time.hpp"
#include "interpret/mpi/mpi_error.hpp"

namespace ringwood {

namespace {

/// Who has operations under way.
class Registry {
 public:
  /// Which is not there yet.
  void add(std::shared_ptr<SteppedCalls> operations) {
    const std::lock_guard lock(mutex_);
    busy_.push_back(std::move(operations));
    count_.store(busy_.size(), std::memory_order_relaxed);
    changed_.notify_all();
  }

  /// Whether there is any; until there is, or `stop` is wanted.
  [[nodiscard]] bool wait_for_work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    return changed_.wait(lock, stop, [&] { return !busy_.empty(); });
  }

  void remove(const SteppedCalls* operations) {
    const std::lock_guard lock(mutex_);
    std::erase_if(busy_, [operations](const auto& known) { return known.get() == operations; });
    count_.store(busy_.size(), std::memory_order_relaxed);
  }

  [[nodiscard]] std::size_t count() const { return count_.load(std::memory_order_relaxed); }

  /// Some of them, from the one of that index on: copies, since what goes on may end, and be removed. Returns how many.
  template <std::size_t kMost>
  std::size_t copy_to(std::array<std::shared_ptr<SteppedCalls>, kMost>& to, std::size_t from) {
    const std::lock_guard lock(mutex_);
    const std::size_t found = std::min(kMost, busy_.size() - std::min(from, busy_.size()));
    std::copy_n(busy_.begin() + static_cast<std::ptrdiff_t>(std::min(from, busy_.size())), found, to.begin());
    return found;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::shared_ptr<SteppedCalls>> busy_;
  std::atomic<std::size_t> count_ = 0;
};

Registry& registry() {
  // Never destroyed: MPI may be ended by a destructor that runs later.
  static Registry& made = *new Registry;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
  return made;
}

/// How somebody waits who has looked in vain.
class Patience {
 public:
  explicit Patience(const SteppedCall& call)
      : spins_(call.context()->has_own_core() ? kSpinsOfOwnCore : kSpinsOfSharedCore), timeout_(call.timeout()) {}

  /// Whether the time is up in which nothing has moved, which `arrivals()` would tell: it is asked where that matters.
  template <typename Arrivals>
  [[nodiscard]] bool ends(Arrivals arrivals) {
    if (++looks_ <= spins_) {
      return false;
    }
    std::this_thread::yield();
    if (timeout_.count() == 0) {
      return false;
    }
    if (const std::uint64_t now = arrivals(); std::exchange(arrivals_, now) != now) {
      waiting_time_.restart();
    }
    return waiting_time_.exceeds(timeout_);
  }

  [[nodiscard]] std::chrono::milliseconds timeout() const { return timeout_; }

 private:
  static constexpr int kSpinsOfOwnCore = 2000;
  static constexpr int kSpinsOfSharedCore = 20;

  int looks_ = 0;
  int spins_;
  std::uint64_t arrivals_ = 0;
  std::chrono::milliseconds timeout_;
  WaitingTime waiting_time_;
};

}  // namespace

void SteppedCalls::start(const std::shared_ptr<SteppedCall>& operation, const void* send, void* receive) {
  const std::lock_guard lock(mutex_);
  if (operation->is_active()) {
    throw Error(ErrorKind::kUsage, std::string(name_of(operation->call().collective)) +
                                       ": it is under way; wait for its end before it is started again");
  }
  operation->bind(send, receive);
  live_.push_back(operation);
  if (live_.size() == 1) {
    registry().add(shared_from_this());
  }
  advance_locked();
}

// An operation whose tags an earlier one has waits for that one's end. The first in the list waits for nobody.
void SteppedCalls::advance_locked() {
  for (std::size_t i = 0; i < live_.size(); ++i) {
    SteppedCall& operation = *live_[i];
    if (!operation.has_begun()) {
      const bool free = std::none_of(live_.begin(), live_.begin() + static_cast<std::ptrdiff_t>(i),
                                     [&](const auto& earlier) { return earlier->tags().meets(operation.tags()); });
      if (!free) {
        continue;
      }
      operation.begin();
    }
    if (!operation.has_ended()) {
      operation.advance();
    }
  }
  std::erase_if(live_, [](const auto& operation) { return operation->has_ended(); });
  if (live_.empty()) {
    registry().remove(this);
    if (last_) {
      std::exchange(last_, nullptr)();
    }
  }
}

bool SteppedCalls::test_locked(SteppedCall& operation) {
  if (!operation.is_active()) {
    return true;
  }
  if (!operation.has_ended()) {
    advance_locked();
  }
  if (!operation.has_ended()) {
    return false;
  }
  operation.report();
  return true;
}

bool SteppedCalls::test(SteppedCall& operation) {
  {
    const std::lock_guard lock(mutex_);
    if (test_locked(operation)) {
      return true;
    }
  }
  // This communicator's have had their turn.
  if (registry().count() > 1) {
    progress::turn();
  }
  return false;
}

void SteppedCalls::wait(SteppedCall& operation) {
  Patience patience(operation);
  // The progress thread may be at work on it.
  const auto arrivals = [&] {
    const std::lock_guard lock(mutex_);
    return operation.arrivals();
  };
  while (!test(operation)) {
    if (patience.ends(arrivals)) {
      const std::lock_guard lock(mutex_);
      if (!operation.is_native() && operation.is_active() && !operation.has_ended()) {
        const Error why(ErrorKind::kSystem, operation.where() + ": " + no_answer(patience.timeout()) +
                                                operation.context()->recorder().last_calls());
        operation.fail(std::make_exception_ptr(why));
        advance_locked();
      }
    }
  }
}

void SteppedCalls::finish(SteppedCall& operation) {
  if (operation.context()->has_failed()) {
    const std::lock_guard lock(mutex_);
    if (operation.is_active() && !operation.has_ended()) {
      operation.fail(std::make_exception_ptr(Error(ErrorKind::kSystem, "an earlier call has failed")));
      advance_locked();
    }
  }
  wait(operation);
}

void SteppedCalls::advance() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock.owns_lock()) {
    advance_locked();
  }
}

void SteppedCalls::when_idle(std::function<void()> last) {
  const std::lock_guard lock(mutex_);
  if (live_.empty()) {
    last();
  } else {
    last_ = std::move(last);
  }
}

void SteppedCalls::abandon() noexcept {
  const std::lock_guard lock(mutex_);
  for (const auto& operation : live_) {
    operation->fail(std::make_exception_ptr(Error(ErrorKind::kUsage, "MPI has ended before this operation")));
  }
  live_.clear();
  registry().remove(this);
}

namespace {

/// Goes on with what is under way while nobody else of this process may.
class ProgressThread {
 public:
  void start() {
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable()) {
      try {
        thread_ = std::jthread([](const std::stop_token& stop) { run(stop); });
      } catch (const std::system_error& error) {
        throw Error(ErrorKind::kSystem, std::string("RINGWOOD_PROGRESS=1: no thread can be started: ") + error.what());
      }
    }
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    if (thread_.joinable()) {
      thread_.request_stop();
      thread_.join();
    }
  }

 private:
  static void run(const std::stop_token& stop) {
    constexpr auto kNap = std::chrono::microseconds(20);
    while (!stop.stop_requested()) {
      if (registry().wait_for_work(stop)) {
        progress::turn();
        std::this_thread::sleep_for(kNap);
      }
    }
  }

  std::mutex mutex_;
  std::jthread thread_;
};

ProgressThread& progress_thread() {
  // Never destroyed, as the registry.
  static ProgressThread& made = *new ProgressThread;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
  return made;
}

}  // namespace

namespace progress {

void start_thread() {
  int level = MPI_THREAD_SINGLE;
  PMPI_Query_thread(&level);
  if (level != MPI_THREAD_MULTIPLE) {
    throw Error(ErrorKind::kUsage,
                "RINGWOOD_PROGRESS=1: a thread needs MPI_THREAD_MULTIPLE, and the program asked for less");
  }
  progress_thread().start();
}

void stop_thread() {
  progress_thread().stop();
}

bool any() {
  return registry().count() > 0;
}

void turn() {
  if (!any()) {
    return;
  }
  std::array<std::shared_ptr<SteppedCalls>, 8> some;
  std::size_t found = some.size();
  for (std::size_t from = 0; found == some.size(); from += found) {
    found = registry().copy_to(some, from);
    for (std::size_t i = 0; i < found; ++i) {
      some[i]->advance();
      some[i].reset();
    }
  }
}

bool wait_for(MPI_Request request, std::chrono::milliseconds timeout) {
  WaitingTime waited;
  for (int ended = 0;;) {
    check_mpi(PMPI_Test(&request, &ended, MPI_STATUS_IGNORE), "MPI_Test");
    if (ended != 0) {
      return true;
    }
    turn();
    std::this_thread::yield();
    if (timeout.count() > 0 && waited.exceeds(timeout)) {
      return false;
    }
  }
}

}  // namespace progress

}  // namespace ringwood
