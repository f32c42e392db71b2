#include "api/c_repeat.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "api/c_reduction.hpp"
#include "api/c_serve.hpp"

namespace ringwood {

namespace {

/// A call that succeeded, as it will be done again.
struct Remembered {
  CallKey key;
  std::uint64_t contexts = 0;  ///< Context::changes() then
  Context* context = nullptr;
  CollectiveCall call;  ///< but for the buffers
  std::optional<Reduction> reduction;
  std::vector<std::size_t> counts;
  PlanCache::Known todo;
};

constexpr std::size_t kRemembered = 32;

using RememberedCalls = std::array<Remembered, kRemembered>;

/// Those of a thread: a plain pointer, which costs nothing to look at.
struct CallsOfThread {
  RememberedCalls* all = nullptr;
  bool ended = false;  ///< the thread ends: destructors that run later may still call collectives
};

CallsOfThread& calls_of_thread() {
  thread_local CallsOfThread calls;
  return calls;
}

/// Made by the first call that is remembered.
class OwnedCalls {
 public:
  OwnedCalls() : calls_(std::make_unique<RememberedCalls>()) { calls_of_thread().all = calls_.get(); }

  OwnedCalls(const OwnedCalls&) = delete;
  OwnedCalls& operator=(const OwnedCalls&) = delete;

  ~OwnedCalls() { calls_of_thread() = {.all = nullptr, .ended = true}; }

 private:
  std::unique_ptr<RememberedCalls> calls_;
};

/// nullptr: the thread remembers nothing any more.
RememberedCalls* calls_to_remember() {
  if (!calls_of_thread().ended) {
    thread_local const OwnedCalls owned;
  }
  return calls_of_thread().all;
}

std::size_t place_of(const CallKey& key) {
  constexpr std::size_t kHandleBytes = 8;  // about; neighbours should not meet
  const std::size_t mixed = static_cast<std::size_t>(key.function) + 3 * static_cast<std::size_t>(key.count) +
                            5 * (std::hash<MPI_Comm>()(key.comm) / kHandleBytes) + (key.in_place ? 7 : 0);
  return (mixed ^ (mixed >> 5U) ^ (mixed >> 10U)) % kRemembered;
}

bool same_counts(const std::vector<std::size_t>& known, const int* counts) {
  return known.empty() ||
         (counts != nullptr && std::equal(known.begin(), known.end(), counts, [](std::size_t one, int other) {
            return other >= 0 && one == static_cast<std::size_t>(other);
          }));
}

bool lasts(MPI_Datatype type) {
  return type == MPI_DATATYPE_NULL || is_predefined_without_gaps(type);
}

/// What has one buffer passes it twice; a barrier has none, and needs none.
bool are_there(const CallKey& key, const void* send, const void* receive) {
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

void remember(const CallKey& key, Context& context, const CollectiveCall& call) {
  const bool packs = call.reduction == nullptr && !(lasts(key.type) && lasts(key.other_type));
  // A kernel of the library needs no context, and has predefined handles.
  const bool by_mpi = call.reduction != nullptr && call.reduction->context != nullptr;
  const PlanCache::Known* todo = packs || by_mpi ? nullptr : context.repeatable(call);
  if (todo == nullptr) {
    return;
  }
  RememberedCalls* const calls = calls_to_remember();
  if (calls == nullptr) {
    return;
  }
  Remembered& known = (*calls)[place_of(key)];
  known.context = nullptr;
  known.key = key;
  known.contexts = Context::changes();
  known.call = call;
  known.counts.assign(call.counts.begin(), call.counts.end());
  known.call.counts = known.counts;
  known.reduction = call.reduction == nullptr ? std::nullopt : std::optional(*call.reduction);
  known.call.reduction = known.reduction ? &*known.reduction : nullptr;
  known.todo = *todo;
  known.context = &context;
}

}  // namespace

std::optional<int> repeat_call(const CallKey& key, const void* send, void* receive) {
  RememberedCalls* const calls = calls_of_thread().all;
  if (calls == nullptr) {
    return std::nullopt;
  }
  Remembered& known = (*calls)[place_of(key)];
  if (known.context == nullptr || !(known.key == key) || known.contexts != Context::changes() ||
      !same_counts(known.counts, key.counts) || !are_there(key, send, receive)) {
    return std::nullopt;
  }
  known.call.send = key.in_place ? nullptr : send;
  known.call.receive = receive;
  try {
    known.context->run_again(known.call, *known.todo);
    return MPI_SUCCESS;
  } catch (const std::exception& failure) {
    return report_failure(key.comm, known.context, failure);
  }
}

void remember_call(const CallKey& key, Context& context, const CollectiveCall& call) noexcept {
  try {
    remember(key, context, call);
  } catch (const std::exception&) {
    if (RememberedCalls* const calls = calls_of_thread().all) {
      (*calls)[place_of(key)].context = nullptr;  // the call is done; the next one finds out again
    }
  }
}

}  // namespace ringwood
