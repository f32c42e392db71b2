#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <ranges>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "ringwood/mpi/call.hpp"
#include "ringwood/visibility.hpp"

namespace ringwood {

class SteppedCall;

}  // namespace ringwood

namespace RINGWOOD_PUBLIC ringwood {

// Collectives that were started and not waited for. Their messages travel as those of blocking calls do: through the
// memory of a node, and over MPI between nodes. Whoever waits in this library, for
// whatever it is, goes on with all that this process has under way; MPI's own functions know nothing of it, so a rank
// that computes, or waits in MPI, keeps the others waiting. Buffers belong to the operation until its end is reported.
// All ranks start the operations of a communicator in the same order, blocking ones among them.

/// A collective under way: what a non-blocking call returns. Can be moved, not copied. One that is destroyed or
/// assigned to while under way waits for its end, since its buffers may be gone afterwards; what fails then is not
/// told.
class Request {
 public:
  /// Of nothing: has ended.
  Request() noexcept;
  explicit Request(std::shared_ptr<SteppedCall> call) noexcept;
  Request(Request&& other) noexcept;
  Request& operator=(Request&& other) noexcept;
  ~Request();

  /// Whether it has ended. Throws Error(kSystem) once if it has failed, and has ended then.
  [[nodiscard]] bool test();

  /// Waits for its end. Throws as `test` does, and after RINGWOOD_TIMEOUT.
  void wait();

  /// Whether its end has not been reported yet.
  [[nodiscard]] bool is_active() const noexcept;

  /// As users write it; "" of nothing.
  [[nodiscard]] std::string_view algorithm() const noexcept;

 private:
  void finish() noexcept;

  std::shared_ptr<SteppedCall> call_;
};

/// A collective that is prepared once and started again and again, on the same buffers or others of the same size.
/// Plans of one communicator may be started in any order, if all are different ones; all ranks make them in the same
/// order. Moved and destroyed as a Request is.
class CollectivePlan {
 public:
  CollectivePlan() noexcept;
  CollectivePlan(std::shared_ptr<SteppedCall> call, const CollectiveCall& made_of, BufferSizes sizes) noexcept;

  /// On the buffers of the last start; at first, those that it was made with. They are read now, not when it was made.
  /// Throws Error(kUsage) if it is under way.
  void start();

  /// On these buffers. Throws Error(kUsage) if they are not as large as those that it was made with, or if it is under
  /// way; then nothing has happened.
  template <Copied T>
  void start(std::span<const T> in, std::span<T> out) {
    bind(in.data(), out.data(), {.send = in.size_bytes(), .receive = out.size_bytes()});
    start();
  }

  /// In place; for a plan that was made so.
  template <Copied T>
  void start(std::span<T> data) {
    bind(nullptr, data.data(), {.send = 0, .receive = data.size_bytes()});
    start();
  }

  /// As of a Request; a plan that is not started has ended.
  [[nodiscard]] bool test() { return request_.test(); }

  void wait() { request_.wait(); }

  [[nodiscard]] bool is_active() const noexcept { return request_.is_active(); }

  [[nodiscard]] std::string_view algorithm() const noexcept { return request_.algorithm(); }

 private:
  void bind(const void* send, void* receive, BufferSizes sizes);

  Request request_;
  std::shared_ptr<SteppedCall> call_;
  const void* send_ = nullptr;
  void* receive_ = nullptr;
  BufferSizes sizes_;
};

/// What can be waited for.
template <typename T>
concept Waitable = requires(T& operation) {
  { operation.test() } -> std::same_as<bool>;
  operation.wait();
};

/// Waits for all of them, whatever fails; then throws what failed first.
template <std::ranges::input_range Range>
requires Waitable<std::ranges::range_value_t<Range>>

void wait_all(Range&& operations) {
  std::exception_ptr failure;
  for (auto& operation : operations) {
    try {
      operation.wait();
    } catch (...) {
      failure = failure == nullptr ? std::current_exception() : failure;
    }
  }
  if (failure != nullptr) {
    std::rethrow_exception(failure);
  }
}

/// Starts all of the plans, in this order.
template <std::ranges::input_range Range>
void start_all(Range&& plans) {
  for (CollectivePlan& plan : plans) {
    plan.start();
  }
}

/// Requests that run together: one thing to wait for. Destroyed as they are.
class Group {
 public:
  void add(Request request) { requests_.push_back(std::move(request)); }

  [[nodiscard]] std::size_t size() const noexcept { return requests_.size(); }

  /// Whether all have ended. Throws what has failed.
  [[nodiscard]] bool test();

  /// Waits for all, and is empty then. Throws what failed first, after the end of all.
  void wait();

 private:
  std::vector<Request> requests_;
};

}  // namespace ringwood
