#include "api/stepped_call.hpp"

#include "api/call_check.hpp"
#include "api/context.hpp"

namespace ringwood {

SteppedCall::SteppedCall(std::shared_ptr<Context> context, const CollectiveCall& call, Recipe recipe)
    : context_(std::move(context)), prepared_(std::move(recipe.prepared)), again_(recipe.again) {
  if (prepared_->plan) {
    transport_.emplace(context_->messages(), Waiting::kYield, context_->piece());
    if (NodeSide* const node = context_->node()) {
      endpoint_ = &node->stepped();
      node_transport_.emplace(*endpoint_, *transport_, node->rank_of());
    }
    if (context_->has_checksums()) {
      checked_.emplace(node_transport_ ? static_cast<Transport&>(*node_transport_) : *transport_);
    }
    (void)scratch_.at_least(static_cast<std::size_t>(prepared_->plan->scratch_bytes()));
  }
  take(call, std::move(recipe.kept), recipe.tags);
  if (!prepared_->plan) {
    native_.emplace(call_, context_->messages(), context_->rank(), context_->ranks());
  }
}

void SteppedCall::take(const CollectiveCall& call, std::shared_ptr<const void> kept, const TagRange& tags) {
  counts_.assign(call.counts.begin(), call.counts.end());
  named_.assign(call.algorithm);
  call_ = call;
  call_.counts = counts_;
  call_.algorithm = named_;
  if (call.reduction != nullptr) {
    reduction_ = *call.reduction;
    call_.reduction = &reduction_;
  }
  kept_ = std::move(kept);
  tags_ = tags;
  if (transport_) {
    transport_->use_tags(tags_.first);
  }
  if (node_transport_) {
    node_transport_->use_lanes(tags_.first);
  }
}

SteppedCall::~SteppedCall() {
  end_messages();
}

/// Those under way; memory that somebody may still read stays.
void SteppedCall::end_messages() noexcept {
  if (transport_ && !transport_->abandon()) {
    scratch_.leave();
    if (checked_) {
      checked_->leave();
    }
  }
}

std::chrono::milliseconds SteppedCall::timeout() const {
  return call_.policies.timeout.count() > 0 ? call_.policies.timeout : context_->timeout();
}

void SteppedCall::bind(const void* send, void* receive) {
  if (context_->is_closed()) {
    throw Error(ErrorKind::kUsage, "the communicator was freed");
  }
  call_.send = send;
  call_.receive = receive;
  if (prepared_->plan) {
    check_buffers(call_, *prepared_->plan);
  }
  failure_ = nullptr;
  recorded_ = context_->recorder().begin(call_, Recorder::State::kQueued, prepared_->recorded);
  state_ = State::kQueued;
}

void SteppedCall::begin() noexcept {
  state_ = State::kUnderWay;
  context_->recorder().carry_out(recorded_, prepared_->recorded);
  try {
    if (native_) {
      native_->start(call_.send, call_.receive);
      return;
    }
    begin_plan();
  } catch (...) {
    fail(std::current_exception());
  }
}

void SteppedCall::begin_plan() {
  const Buffers buffers{static_cast<const std::byte*>(call_.send), static_cast<std::byte*>(call_.receive),
                        scratch_.at_least(static_cast<std::size_t>(prepared_->plan->scratch_bytes()))};
  transport_->begin();
  if (prepared_->fused && endpoint_ != nullptr) {
    run_.emplace(*endpoint_, *prepared_->fused, buffers, call_.reduction, NodeRun::Surroundings{.lane = tags_.first});
    if (call_.log != nullptr) {
      append_messages(*call_.log, *prepared_->fused, context_->rank(), 0);
    }
    return;
  }
  executor_.begin(*prepared_->plan, buffers, call_.reduction, fresh_transport(), call_.log);
}

Transport& SteppedCall::fresh_transport() {
  if (node_transport_) {
    node_transport_->begin();
  }
  if (checked_) {
    checked_->begin();
    return *checked_;
  }
  return node_transport_ ? static_cast<Transport&>(*node_transport_) : *transport_;
}

bool SteppedCall::advance_plan() {
  const std::uint64_t before = arrivals();
  const bool ended = run_ ? run_->advance() : executor_.advance();
  if (!ended && endpoint_ != nullptr) {
    vain_looks_ = arrivals() == before ? vain_looks_ + 1 : 0;
    look_after_node();
  }
  return ended;
}

/// MPI makes progress only inside its own functions, and whom we wait for may be waiting for a message of the user's
/// that is stuck in this process; or for room that pieces of other calls take, which nobody here asks for yet.
void SteppedCall::look_after_node() {
  constexpr std::uint64_t kProgressEvery = 32;
  constexpr std::uint64_t kDrainEvery = 256;
  if (vain_looks_ % kProgressEvery == kProgressEvery - 1) {
    endpoint_->let_others_progress();
  }
  if (vain_looks_ % kDrainEvery == kDrainEvery - 1) {
    endpoint_->drain();
  }
}

bool SteppedCall::has_moved() const {
  return native_ || run_ || transport_->started() || (node_transport_ && node_transport_->started());
}

void SteppedCall::advance() noexcept {
  try {
    if (native_ ? native_->test() : advance_plan()) {
      state_ = State::kEnded;
      context_->recorder().end(recorded_, Recorder::State::kEnded);
    }
  } catch (...) {
    fail(std::current_exception());
  }
}

void SteppedCall::fail(std::exception_ptr why) noexcept {
  failure_ = std::move(why);
  context_->recorder().end(recorded_, Recorder::State::kFailed);
  context_->note_failure(transport_ ? transport_->error_code() : MPI_SUCCESS, has_moved());
  end_messages();
  state_ = State::kEnded;
}

void SteppedCall::report() {
  state_ = State::kIdle;
  if (!again_) {
    kept_.reset();
  }
  if (failure_ != nullptr) {
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
}

std::string SteppedCall::where() const {
  if (state_ == State::kUnderWay && transport_) {
    return run_ ? "rank " + std::to_string(context_->rank()) + ", " + run_->where() : executor_.where();
  }
  return "rank " + std::to_string(context_->rank()) +
         (state_ == State::kQueued ? ", before the first round" : ", in the MPI library");
}

}  // namespace ringwood
