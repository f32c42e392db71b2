#pragma once

#include <mpi.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "api/stepped_call.hpp"

namespace ringwood {

/// The operations of one communicator that are under way, in the order in which they were started. Any thread may call
/// any of this.
class SteppedCalls : public std::enable_shared_from_this<SteppedCalls> {
 public:
  SteppedCalls() = default;
  SteppedCalls(const SteppedCalls&) = delete;
  SteppedCalls& operator=(const SteppedCalls&) = delete;
  ~SteppedCalls() = default;

  /// Starts it; returns at once. Throws Error(kUsage) if it is under way already, or a buffer is missing.
  void start(const std::shared_ptr<SteppedCall>& operation, const void* send, void* receive);

  /// Whether it has ended, or was never started. Goes on with all of this process. Throws what failed, once.
  [[nodiscard]] bool test(SteppedCall& operation);

  /// Waits for its end. Throws what failed, once; after the communicator's time-out Error(kSystem).
  void wait(SteppedCall& operation);

  /// As `wait`; where the communicator has failed it does not wait but gives the call up.
  void finish(SteppedCall& call);

  /// Goes on with all of them unless another thread is at it.
  void advance();

  /// Calls `last` when nothing is under way any more: now or later.
  void when_idle(std::function<void()> last);

  /// Gives up all that is under way.
  void abandon() noexcept;

 private:
  void advance_locked();
  [[nodiscard]] bool test_locked(SteppedCall& operation);

  std::mutex mutex_;
  std::vector<std::shared_ptr<SteppedCall>> live_;
  std::function<void()> last_;
};

/// All operations of this process that are under way: whoever waits for anything in this library goes on with them, so
/// that a rank that waits for one does not keep others from another.
namespace progress {

/// Whether there are any. Cheap.
[[nodiscard]] bool any();

/// Goes on with all of them.
void turn();

/// Waits for a request of MPI's, and meanwhile goes on with all of them. Whether it has ended within `timeout` (0: for
/// ever); if not, MPI may still read and write its buffers. Throws Error(kSystem) if MPI fails.
[[nodiscard]] bool wait_for(MPI_Request request, std::chrono::milliseconds timeout);

/// From now on a thread of the library's goes on with them too. Throws Error(kUsage) unless MPI was told that there are
/// threads (MPI_THREAD_MULTIPLE). More often than once changes nothing.
void start_thread();

/// Before MPI ends.
void stop_thread();

}  // namespace progress

}  // namespace ringwood
