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

bool lasts(MPI_Datatype type) {
  return type == MPI_DATATYPE_NULL || is_predefined_without_gaps(type);
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
  RememberedCall& known = (*calls)[place_of(key)];
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

int do_again(const CallKey& key, RememberedCall& known, const void* send, void* receive) {
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
