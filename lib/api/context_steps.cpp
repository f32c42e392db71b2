// Calls of a communicator that are carried out in steps, and what all calls ask first.

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <thread>
#include <utility>

#include "api/context.hpp"
#include "base/waiting_time.hpp"
#include "interpret/mpi/all_ready.hpp"
#include "interpret/mpi/mpi_error.hpp"

namespace ringwood {

namespace {

// Of the calls of a size, the fourth and every eighth after it: the first ones pay for what is prepared.
constexpr int kComparedEvery = 8;
constexpr int kFirstCompared = 3;

std::atomic<bool>& compares_somewhere() {
  static std::atomic<bool> does = false;
  return does;
}

/// Tags that the call needs, from the first on.
Lane lanes_of(const PreparedCall& prepared) {
  Lane lanes = 1;
  if (prepared.plan) {
    for (const PlanStrand& strand : prepared.plan->strands()) {
      lanes = std::max(lanes, strand.lane + 1);
    }
  }
  return lanes;
}

/// Whether everybody else who held it has let go of it, which is after its end.
bool is_free(const std::shared_ptr<SteppedCall>& pooled) {
  const bool free = pooled.use_count() == 1;
  std::atomic_thread_fence(std::memory_order_acquire);
  return free;
}

}  // namespace

bool Context::any_is_compared() {
  return compares_somewhere().load(std::memory_order_relaxed);
}

void Context::start_comparing() {
  if (settings_.report) {
    compares_somewhere() = true;
  }
}

bool Context::next_is_compared(Collective collective, std::uint64_t bytes) {
  if (!settings_.report || ranks_ == 1) {
    return false;
  }
  std::uint8_t& seen =
      sizes_seen_[static_cast<std::size_t>(collective)][static_cast<std::size_t>(std::bit_width(bytes))];
  const bool compared = seen == kFirstCompared;
  seen = static_cast<std::uint8_t>((seen + 1) % kComparedEvery);
  return compared;
}

void Context::note_failure(int code, bool moved) {
  mpi_code_ = code;
  if (moved) {
    failed_ = true;
  }
}

/// What is over, or what the last call failed with.
void Context::refuse_or_forget() {
  if (closed_) {
    throw Error(ErrorKind::kUsage, "the communicator was freed");
  }
  if (failed_) {
    throw Error(ErrorKind::kSystem, "an earlier call on this communicator failed; its messages may be under way");
  }
  mpi_code_ = MPI_SUCCESS;
}

/// What was begun over MPI while operations in steps are under way, which have their turns too.
void Context::carry_on_with_others() {
  const std::chrono::milliseconds timeout = settings_.timeout;
  WaitingTime waited;
  for (std::uint64_t arrivals = executor_.arrivals(); !executor_.advance();) {
    progress::turn();
    if (!own_core_) {
      std::this_thread::yield();
    }
    if (timeout.count() == 0) {
      continue;
    }
    if (std::exchange(arrivals, executor_.arrivals()) != executor_.arrivals()) {
      waited.restart();
    } else if (waited.exceeds(timeout)) {
      throw Error(ErrorKind::kSystem,
                  executor_.where() + ": " + no_answer(timeout) + " from " + transport_->peers_waited_for());
    }
  }
}

PlanCache::Known Context::prepared_in_steps(const CollectiveCall& call) {
  check_usable();
  if (settings_.progress) {
    progress::start_thread();
  }
  PlanCache::Known todo = known(call, Manner::kInSteps, settings_.check);
  note(*todo);
  return todo;
}

std::shared_ptr<SteppedCall> Context::in_steps(const CollectiveCall& call, std::shared_ptr<const void> kept) {
  PlanCache::Known todo = prepared_in_steps(call);
  if (lanes_of(*todo) > kCallTags) {
    throw Error(ErrorKind::kUsage, todo->algorithm + " has " + std::to_string(lanes_of(*todo)) +
                                       " lanes; non-blocking calls can have " + std::to_string(kCallTags) +
                                       ", persistent ones more");
  }
  const TagRange tags = tags_.next_call();
  const auto free =
      std::ranges::find_if(pool_, [&](const auto& pooled) { return is_free(pooled) && pooled->is_for(*todo); });
  if (free != pool_.end()) {
    (*free)->take(call, std::move(kept), tags);
    return *free;
  }
  auto made = std::make_shared<SteppedCall>(shared_from_this(), call,
                                            SteppedCall::Recipe{std::move(todo), std::move(kept), tags});
  keep(made);
  return made;
}

/// For the next one like it. What is no longer of use goes first.
void Context::keep(const std::shared_ptr<SteppedCall>& made) {
  constexpr std::size_t kPooled = 64;
  if (pool_.size() >= kPooled) {
    const auto unused = std::ranges::find_if(pool_, is_free);
    if (unused == pool_.end()) {
      return;
    }
    pool_.erase(unused);
  }
  if (!made->is_native()) {
    pool_.push_back(made);
  }
}

std::shared_ptr<SteppedCall> Context::plan(const CollectiveCall& call, std::shared_ptr<const void> kept) {
  check_usable();
  return agreed(*meeting_, [&] {
    PlanCache::Known todo = prepared_in_steps(call);
    const auto lanes = static_cast<Lane>(-least_when_ready({-lanes_of(*todo), kNothing, kNothing}, *meeting_)[0]);
    return std::make_shared<SteppedCall>(
        shared_from_this(), call, SteppedCall::Recipe{std::move(todo), std::move(kept), tags_.next_plan(lanes), true});
  });
}

}  // namespace ringwood
