// Of Context: calls that wait.

#include "api/call_check.hpp"
#include "api/context.hpp"
#include "interpret/mpi/execute.hpp"
#include "interpret/mpi/native.hpp"

namespace ringwood {

namespace {

/// Tells the ranks of the node that this one is in a call.
class CallMark {
 public:
  explicit CallMark(NodeEndpoint* endpoint) : progress_(endpoint == nullptr ? nullptr : &endpoint->own()) {
    if (progress_ != nullptr) {
      // Nobody else writes it.
      number_ = progress_->calls.load(std::memory_order_relaxed) + 1;
      progress_->round.store(0, std::memory_order_relaxed);
      progress_->calls.store(number_, std::memory_order_relaxed);
    }
  }

  CallMark(const CallMark&) = delete;
  CallMark& operator=(const CallMark&) = delete;

  ~CallMark() {
    if (progress_ != nullptr) {
      progress_->given_up.store(number_, std::memory_order_relaxed);
    }
  }

  /// It ended well.
  void end() {
    if (progress_ != nullptr) {
      progress_->ended.store(number_, std::memory_order_relaxed);
      progress_ = nullptr;
    }
  }

 private:
  NodeProgress* progress_;
  std::uint64_t number_ = 0;
};

}  // namespace

/// What carries messages, made fresh: the memory of the node and MPI, or MPI alone, with checksums or without.
Transport& Context::fresh_transport() {
  Transport* plain = transport_.get();
  if (node_ != nullptr) {
    node_->transport().begin();
    plain = &node_->transport();
  } else {
    transport_->begin();
  }
  if (!checked_) {
    return *plain;
  }
  checked_->begin();
  return *checked_;
}

/// What messages that cannot be taken back may still read.
void Context::leave_memory() {
  scratch_.leave();
  if (checked_) {
    checked_->leave();
  }
}

void Context::carry_out(const CollectiveCall& call, const PreparedCall& todo, const Buffers& buffers) {
  if (trace_ != nullptr) {
    carry_out_traced(call, todo, buffers);
  } else if (todo.fused) {
    node_->executor().execute(*todo.fused, buffers, call.reduction, call.log);
  } else if (node_ == nullptr && progress::any()) {
    executor_.begin(*todo.plan, buffers, call.reduction, fresh_transport(), call.log);
    carry_on_with_others();
  } else if (node_ != nullptr || checked_) {
    executor_.execute(*todo.plan, buffers, call.reduction, fresh_transport(), call.log);
  } else {
    execute_over_mpi(executor_, *todo.plan, buffers, call.reduction, *transport_, call.log);
  }
}

Buffers Context::buffers_of(const CollectiveCall& call, const PreparedCall& todo) {
  const Plan& plan = *todo.plan;
  check_buffers(call, plan);
  if (call.reduction == nullptr && plan.reduces()) {
    throw Error(ErrorKind::kUsage, std::string(name_of(call.collective)) + " needs a reduction");
  }
  return {static_cast<const std::byte*>(call.send), static_cast<std::byte*>(call.receive),
          scratch_.at_least(static_cast<std::size_t>(plan.scratch_bytes()))};
}

// What failed before the first message leaves the others waiting, but nothing that could meet the next call's.
void Context::note_failed(const PreparedCall& todo) {
  note_failure(transport_->error_code(),
               todo.fused || transport_->started() || (node_ != nullptr && node_->transport().started()));
  if (!transport_->abandon()) {
    leave_memory();
  }
}

void Context::execute(const CollectiveCall& call, const PreparedCall& todo) {
  const Buffers buffers = buffers_of(call, todo);
  try {
    carry_out(call, todo, buffers);
  } catch (...) {
    note_failed(todo);
    throw;
  }
}

/// Whether nothing has to be asked or told before the first message through the memory of the node.
bool Context::goes_at_once(const CollectiveCall& call) const {
  return node_ != nullptr && !settings_.check && trace_ == nullptr && call.log == nullptr && call.policies.scratch < 0;
}

const PlanCache::Known* Context::repeatable(const CollectiveCall& call) {
  // The report wants to know of every call who chose what.
  if (!goes_at_once(call) || settings_.report || call.policies.timeout.count() > 0) {
    return nullptr;
  }
  const PlanCache::Known* known = cache_.find(call, Manner::kWaiting);
  return known != nullptr && (*known)->fused ? known : nullptr;
}

void Context::run_again(const CollectiveCall& call, const PreparedCall& todo) {
  check_usable();
  ++calls_;
  carry_out_at_once(call, todo,
                    {static_cast<const std::byte*>(call.send), static_cast<std::byte*>(call.receive),
                     scratch_.at_least(static_cast<std::size_t>(todo.plan->scratch_bytes()))});
}

/// What is known already. False: nothing was done.
bool Context::run_at_once(const CollectiveCall& call) {
  if (!goes_at_once(call)) {
    return false;
  }
  const PlanCache::Known* known = cache_.find(call, Manner::kWaiting);
  if (known == nullptr || !(*known)->fused) {
    return false;
  }
  const Buffers buffers = buffers_of(call, **known);
  note(**known);
  carry_out_at_once(call, **known, buffers);
  return true;
}

/// Sends first, and notes the call while that is on its way.
void Context::carry_out_at_once(const CollectiveCall& call, const PreparedCall& todo, const Buffers& buffers) {
  NodeExecutor& executor = node_->executor();
  NodeRun run = executor.begin(*todo.fused, buffers, call.reduction);
  RecordedCall recorded(recorder_, call, node_->endpoint().own().round, todo.recorded);
  CallMark mark(&node_->endpoint());
  try {
    executor.finish(run);
  } catch (const Error& error) {
    note_failed(todo);
    rethrow_with_past(error);
  } catch (...) {
    note_failed(todo);
    throw;
  }
  mark.end();
  recorded.end();
}

/// What is no fault of the call's tells what came before it.
void Context::rethrow_with_past(const Error& error) {
  if (error.kind() != ErrorKind::kSystem) {
    throw;
  }
  throw Error(error.kind(), error.what() + recorder_.last_calls());
}

void Context::run(const CollectiveCall& call) {
  if (call.policies.timeout.count() > 0) {
    const auto stepped = in_steps(call, nullptr);
    stepped_->start(stepped, call.send, call.receive);
    stepped_->wait(*stepped);
    return;
  }
  check_usable();
  if (run_at_once(call)) {
    return;
  }
  RecordedCall recorded(recorder_, call, node_ == nullptr ? recorder_.round() : node_->endpoint().own().round);
  CallMark mark(node_ == nullptr ? nullptr : &node_->endpoint());
  const PreparedCall& todo = *known(call, Manner::kWaiting, settings_.check);
  note(todo);
  recorded.carry_out(todo.recorded);
  try {
    todo.plan ? execute(call, todo) : run_natively(call, todo);
  } catch (const Error& error) {
    rethrow_with_past(error);
  }
  mark.end();
  recorded.end();
}

void Context::run_natively(const CollectiveCall& call, const PreparedCall& todo) {
  try {
    if (trace_ != nullptr) {
      (void)trace_->begin();
    }
    run_native(call, own_, rank_, ranks_);
    if (trace_ != nullptr) {
      trace_->end(call, todo.algorithm);
    }
  } catch (const Error& error) {
    note_failure(MPI_SUCCESS, error.kind() == ErrorKind::kSystem);
    throw;
  }
}

}  // namespace ringwood
