#pragma once

#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "api/context.hpp"

namespace ringwood {

/// What tells a call of C's from others, but for its buffers: two calls with equal ones do the same.
struct CallKey {
  enum class Function : std::uint8_t {
    kAllreduce,
    kReduceScatter,
    kReduceScatterBlock,
    kAllgather,
    kBroadcast,
    kReduce,
    kBarrier,
    kAlltoall,
  };

  Function function = Function::kBarrier;
  bool in_place = false;
  int count = 0;
  int other_count = 0;  ///< where both sides have one
  int root = 0;
  MPI_Comm comm = MPI_COMM_NULL;
  MPI_Datatype type = MPI_DATATYPE_NULL;
  MPI_Datatype other_type = MPI_DATATYPE_NULL;
  MPI_Op op = MPI_OP_NULL;
  const int* counts = nullptr;  ///< what it points to counts; one a rank

  // One by one: a compiler that reads neighbours at once waits until the stores of each of them have reached the cache,
  // which between two ranks takes as long as a message.
  friend bool operator==(const CallKey& left, const CallKey& right) {
    if (left.function != right.function) {
      return false;
    }
    if (left.in_place != right.in_place) {
      return false;
    }
    if (left.count != right.count) {
      return false;
    }
    if (left.other_count != right.other_count) {
      return false;
    }
    if (left.root != right.root) {
      return false;
    }
    if (left.comm != right.comm) {
      return false;
    }
    if (left.type != right.type) {
      return false;
    }
    if (left.other_type != right.other_type) {
      return false;
    }
    return left.op == right.op;
  }
};

/// A call that succeeded, as it will be done again.
struct RememberedCall {
  CallKey key;
  std::uint64_t contexts = 0;  ///< Context::changes() then
  Context* context = nullptr;
  CollectiveCall call;  ///< but for the buffers
  std::optional<Reduction> reduction;
  std::vector<std::size_t> counts;
  PlanCache::Known todo;
};

constexpr std::size_t kRemembered = 32;

using RememberedCalls = std::array<RememberedCall, kRemembered>;

/// Those of a thread: a plain pointer, which costs nothing to look at.
struct CallsOfThread {
  RememberedCalls* all = nullptr;
  bool ended = false;  ///< the thread ends: destructors that run later may still call collectives
};

[[nodiscard]] inline CallsOfThread& calls_of_thread() {
  thread_local CallsOfThread calls;
  return calls;
}

[[nodiscard]] inline std::size_t place_of(const CallKey& key) {
  constexpr std::size_t kHandleBytes = 8;  // about; neighbours should not meet
  const std::size_t mixed = static_cast<std::size_t>(key.function) + 3 * static_cast<std::size_t>(key.count) +
                            5 * (std::hash<MPI_Comm>()(key.comm) / kHandleBytes) + (key.in_place ? 7 : 0);
  return (mixed ^ (mixed >> 5U) ^ (mixed >> 10U)) % kRemembered;
}

[[nodiscard]] inline bool same_counts(const std::vector<std::size_t>& known, const int* counts) {
  return known.empty() ||
         (counts != nullptr && std::equal(known.begin(), known.end(), counts, [](std::size_t one, int other) {
            return other >= 0 && one == static_cast<std::size_t>(other);
          }));
}

/// What has one buffer passes it twice; a barrier has none, and needs none.
[[nodiscard]] inline bool are_there(const CallKey& key, const void* send, const void* receive) {
  using Function = CallKey::Function;
  switch (key.function) {
    case Function::kBarrier:
      return true;
    case Function::kBroadcast:
      return receive != nullptr && receive != MPI_IN_PLACE;
    case Function::kAllreduce:
    case Function::kReduceScatter:
    case Function::kReduceScatterBlock:
    case Function::kAllgather:
    case Function::kReduce:
    case Function::kAlltoall:
      break;
  }
  return send != nullptr && receive != nullptr && receive != MPI_IN_PLACE && send != receive;
}

/// Does what is remembered on these buffers; returns MPI's code, after the error handler.
[[nodiscard]] int do_again(const CallKey& key, RememberedCall& known, const void* send, void* receive);

/// Does a call that this thread did before on other buffers, or the same ones, without finding out again what its
/// arguments mean. Nothing is done, and nothing returned, unless all is as it was then and both buffers are there; else
/// returns MPI's code, after the error handler.
[[nodiscard]] inline std::optional<int> repeat_call(const CallKey& key, const void* send, void* receive) {
  RememberedCalls* const calls = calls_of_thread().all;
  if (calls == nullptr) {
    return std::nullopt;
  }
  RememberedCall& known = (*calls)[place_of(key)];
  if (known.context == nullptr || !(known.key == key) || known.contexts != Context::changes() ||
      !same_counts(known.counts, key.counts) || !are_there(key, send, receive)) {
    return std::nullopt;
  }
  return do_again(key, known, send, receive);
}

/// After a call that the library served: remembers what it means, where that cannot change: predefined datatypes and
/// operations, and a communicator of which nothing is freed, failed or placed anew meanwhile.
void remember_call(const CallKey& key, Context& context, const CollectiveCall& call) noexcept;

}  // namespace ringwood
