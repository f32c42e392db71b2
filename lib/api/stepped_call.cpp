#include "api/stepped_call.hpp"

#include "api/call_check.hpp"
#include "api/context.hpp"

namespace ringwood {

SteppedCall::SteppedCall(std::shared_ptr<Context> context, const CollectiveCall& call, Recipe recipe)
    : context_(std::move(context)),
      call_(call),
      counts_(call.counts.begin(), call.counts.end()),
      named_(call.algorithm),
      prepared_(std::move(recipe.prepared)),
      kept_(std::move(recipe.kept)),
      tags_(recipe.tags) {
  call_.counts = counts_;
  call_.algorithm = named_;
  if (call.reduction != nullptr) {
    reduction_ = *call.reduction;
    call_.reduction = &reduction_;
  }
  if (prepared_->plan) {
    transport_.emplace(context_->messages(), Waiting::kYield, context_->piece(), tags_.first);
    (void)scratch_.at_least(static_cast<std::size_t>(prepared_->plan->scratch_bytes()));
  } else {
    native_.emplace(call_, context_->messages(), context_->rank(), context_->ranks());
  }
}

SteppedCall::~SteppedCall() {
  if (transport_ && !transport_->abandon()) {
    scratch_.leave();
  }
}

std::chrono::milliseconds SteppedCall::timeout() const {
  return call_.policies.timeout.count() > 0 ? call_.policies.timeout : context_->timeout();
}

void SteppedCall::bind(const void* send, void* receive) {
  call_.send = send;
  call_.receive = receive;
  if (prepared_->plan) {
    check_buffers(call_, *prepared_->plan);
  }
  failure_ = nullptr;
  state_ = State::kQueued;
}

void SteppedCall::begin() noexcept {
  state_ = State::kUnderWay;
  try {
    if (native_) {
      native_->start(call_.send, call_.receive);
      return;
    }
    transport_->begin();
    executor_.begin(*prepared_->plan,
                    {static_cast<const std::byte*>(call_.send), static_cast<std::byte*>(call_.receive),
                     scratch_.at_least(static_cast<std::size_t>(prepared_->plan->scratch_bytes()))},
                    call_.reduction, *transport_, call_.log);
  } catch (...) {
    fail(std::current_exception());
  }
}

void SteppedCall::advance() noexcept {
  try {
    if (native_ ? native_->test() : executor_.advance()) {
      state_ = State::kEnded;
    }
  } catch (...) {
    fail(std::current_exception());
  }
}

void SteppedCall::fail(std::exception_ptr why) noexcept {
  failure_ = std::move(why);
  const bool moved = native_ || transport_->started();
  context_->note_failure(transport_ ? transport_->error_code() : MPI_SUCCESS, moved);
  if (transport_ && !transport_->abandon()) {
    scratch_.leave();
  }
  state_ = State::kEnded;
}

void SteppedCall::report() {
  state_ = State::kIdle;
  if (failure_ != nullptr) {
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
}

std::string SteppedCall::where() const {
  if (state_ == State::kUnderWay && transport_) {
    return executor_.where();
  }
  return "rank " + std::to_string(context_->rank()) +
         (state_ == State::kQueued ? ", before the first round" : ", in the MPI library");
}

}  // namespace ringwood
