#include "interpret/mpi/node_run.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/streaming.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

void copy(std::byte* to, const std::byte* from, std::size_t bytes, bool past_cache) {
  if (past_cache) {
    copy_past_cache(to, from, bytes);
  } else if (to != from) {
    std::memmove(to, from, bytes);
  }
}

Event::Kind kind_of(FusedStep::Kind kind) {
  using Kind = FusedStep::Kind;
  switch (kind) {
    case Kind::kPush:
      return Event::Kind::kSend;
    case Kind::kPull:
      return Event::Kind::kReceive;
    case Kind::kReduceLeft:
    case Kind::kReduceRight:
      return Event::Kind::kReceiveReduce;
    case Kind::kReduce:
      return Event::Kind::kReduce;
    case Kind::kCopy:
      break;
  }
  return Event::Kind::kCopy;
}

}  // namespace

void append_messages(MessageLog& log, const FusedPlan& plan, Rank me, Lane lane) {
  for (const FusedStep& step : plan.steps()) {
    if (step.kind == FusedStep::Kind::kPush) {
      for (const Rank peer : plan.peers(step.peers)) {
        log.push_back({me, peer, lane, step.bytes});
      }
    }
  }
}

NodeRun::NodeRun(NodeEndpoint& endpoint, const FusedPlan& plan, const Buffers& buffers, const Reduction* reduction,
                 const Surroundings& surroundings)
    : endpoint_(&endpoint),
      plan_(&plan),
      reduction_(reduction),
      events_(surroundings.events),
      send_(buffers.send),
      written_{nullptr, buffers.receive, buffers.scratch},
      hot_(surroundings.hot),
      lane_(surroundings.lane),
      in_windows_(plan.longest() > plan.window()) {
  if (in_windows_) {
    turns_ = (plan.longest() + plan.window() - 1) / plan.window() + plan.longest_lag();
  }
}

std::string NodeRun::where() const {
  const auto steps = plan_->steps();
  return "round " + std::to_string(steps.empty() ? 0 : steps[std::min(index_, steps.size() - 1)].round);
}

// What a small call does is a few lines once all of it stands in one place; and what is written between sending and
// looking for an answer, returns to callers among it, must not fill the core's queue of stores, which waits for the
// line of the entry that was sent.
[[gnu::flatten]] void NodeRun::begin() {
  (void)walk([this](const FusedStep& step, std::size_t bytes) {
    return step.kind == Kind::kPush && step.from == Place::kHome && is_ready(step, bytes);
  });
}

[[gnu::flatten]] void NodeRun::run() {
  (void)walk([](const FusedStep&, std::size_t) { return true; });
}

bool NodeRun::advance() {
  return walk([this](const FusedStep& step, std::size_t bytes) { return is_ready(step, bytes); });
}

/// From where it stopped to the first step that is not ready.
template <typename Ready>
bool NodeRun::walk(Ready ready) {
  if (ended_) {
    return true;
  }
  const std::span<const FusedStep> steps = plan_->steps();
  endpoint_->streams(in_windows_);
  if (in_windows_ && plan_->streams()) {
    endpoint_->streams_in_turns();
  }
  if (arrivals_ == 0) {
    apply(plan_->start());
    ++arrivals_;
  }
  for (; turn_ < turns_; ++turn_, index_ = 0) {
    endpoint_->turn_begins();
    std::size_t sent = 0;
    bool is_whole = in_windows_ && index_ == 0;
    for (; index_ < steps.size(); ++index_) {
      const FusedStep& step = steps[index_];
      if (!finds_place(step)) {
        is_whole = false;
        continue;
      }
      const auto bytes =
          static_cast<std::size_t>(in_windows_ ? std::min(step.bytes - begin_, plan_->window()) : step.bytes);
      if (!ready(step, bytes)) {
        return false;
      }
      do_step(step, bytes);
      ++arrivals_;
      is_whole = is_whole && static_cast<Bytes>(bytes) == plan_->window();
      sent += step.kind == Kind::kPush ? bytes : 0;
    }
    endpoint_->turn_ends(is_whole ? sent : 0);
  }
  begin_ = 0;
  apply(plan_->finish());
  if (plan_->streams()) {
    settle_streams();
  }
  ended_ = true;
  return true;
}

/// Whether the step has something to do in this turn, and where.
bool NodeRun::finds_place(const FusedStep& step) {
  if (!in_windows_) {
    return true;
  }
  begin_ = (turn_ - step.lag) * plan_->window();
  return begin_ >= 0 && begin_ < step.bytes;
}

bool NodeRun::is_ready(const FusedStep& step, std::size_t bytes) {
  switch (step.kind) {
    case Kind::kPush:
      return endpoint_->has_room(plan_->peers(step.peers), bytes);
    case Kind::kPull:
    case Kind::kReduceLeft:
    case Kind::kReduceRight:
      return endpoint_->poll(step.peer, lane_).data != nullptr;
    case Kind::kCopy:
    case Kind::kReduce:
      break;
  }
  return true;
}

void NodeRun::do_step(const FusedStep& step, std::size_t bytes) {
  endpoint_->in_round(static_cast<std::uint32_t>(step.round));
  if (events_ == nullptr) {
    carry_out(step, bytes);
  } else {
    carry_out_traced(step, bytes);
  }
}

void NodeRun::carry_out_traced(const FusedStep& step, std::size_t bytes) {
  const std::int64_t start = nanoseconds_now();
  carry_out(step, bytes);
  const auto peers = plan_->peers(step.peers);
  const bool pushes = step.kind == Kind::kPush;
  events_->push_back({.kind = kind_of(step.kind),
                      .peer = pushes ? (peers.size() == 1 ? peers.front() : Rank{-1})
                              : step.kind == Kind::kCopy || step.kind == Kind::kReduce ? Rank{-1}
                                                                                       : step.peer,
                      .round = step.round,
                      .bytes = static_cast<Bytes>(bytes),
                      .start_ns = start,
                      .end_ns = nanoseconds_now()});
}

void NodeRun::apply(std::span<const Effect> effects) {
  for (const Effect& effect : effects) {
    const auto bytes = static_cast<std::size_t>(effect.bytes);
    const std::byte* left = read(effect.left, 0);
    std::byte* result = written(effect.result, 0);
    if (effect.kind == Effect::Kind::kCopy) {
      copy(result, left, bytes, false);
    } else {
      reduce({left, read(effect.right, 0)}, result, bytes, false);
    }
  }
}

void NodeRun::carry_out(const FusedStep& step, std::size_t bytes) {
  switch (step.kind) {
    case Kind::kPush:
      return push(step, bytes);
    case Kind::kPull:
      copy(written(step.result, begin_), await(step, bytes), bytes, step.last);
      return endpoint_->release(step.peer);
    case Kind::kReduceLeft:
    case Kind::kReduceRight:
      return fold(step, bytes);
    case Kind::kCopy:
      return copy(written(step.result, begin_), read(step.left, begin_), bytes, step.last);
    case Kind::kReduce:
      return reduce({read(step.left, begin_), read(step.right, begin_)}, written(step.result, begin_), bytes,
                    step.last);
  }
}

void NodeRun::push(const FusedStep& step, std::size_t bytes) {
  const auto peers = plan_->peers(step.peers);
  if (step.from == Place::kSlot) {
    endpoint_->publish(peers, lane_, slot_.first(bytes));
    slot_ = {};
  } else {
    endpoint_->push(peers, lane_, {read(step.left, begin_), bytes});
  }
}

void NodeRun::fold(const FusedStep& step, std::size_t bytes) {
  if (step.into == Place::kSlot) {
    // This may have to wait, and must not while a message is looked at.
    slot_ = endpoint_->reserve(plan_->peers(step.peers), bytes);
  }
  const std::byte* const message = await(step, bytes);
  const std::byte* const own = step.from == Place::kHot ? hot_ : read(step.left, begin_);
  const bool message_is_left = step.kind == Kind::kReduceLeft;
  const Operands operands{message_is_left ? message : own, message_is_left ? own : message};
  switch (step.into) {
    case Place::kHome:
      reduce(operands, written(step.result, begin_), bytes, step.last);
      break;
    case Place::kHot:
      reduce(operands, hot_, bytes, false);
      break;
    case Place::kSlot:
      reduce_to_slot(step, operands, bytes);
      break;
  }
  endpoint_->release(step.peer);
}

void NodeRun::reduce_to_slot(const FusedStep& step, const Operands& operands, std::size_t bytes) {
  const std::array targets{Target{slot_.data(), endpoint_->passes_caches()},
                           Target{written(step.result, begin_), step.last}};
  reduce_to(*reduction_, operands.left, operands.right, targets, bytes);
  if (endpoint_->passes_caches()) {
    settle_streams();  // before the peers are told: such stores overtake others
  }
}

const std::byte* NodeRun::await(const FusedStep& step, std::size_t bytes) {
  const NodeEndpoint::Piece piece = endpoint_->await(step.peer, lane_, plan_->peers(step.peers));
  if (piece.bytes != bytes) {
    refuse(step, piece.bytes, bytes);
  }
  return piece.data;
}

void NodeRun::refuse(const FusedStep& step, std::size_t came, std::size_t expected) {
  throw Error(ErrorKind::kSystem, "receiving from rank " + std::to_string(step.peer) + ": " + std::to_string(came) +
                                      " bytes came, " + std::to_string(expected) +
                                      " were expected; do all ranks pass the same counts?");
}

void NodeRun::reduce(const Operands& operands, std::byte* result, std::size_t bytes, bool past_cache) {
  if (past_cache) {
    reduce_past_cache(*reduction_, operands.left, operands.right, result, bytes);
  } else {
    const auto size = static_cast<std::size_t>(reduction_->element_size);
    // A division takes as long as the rest of a small step; to count bits is a call where the processor is not known.
    const std::size_t count = (size & (size - 1)) == 0 ? bytes >> std::countr_zero(size) : bytes / size;
    reduction_->apply(operands.left, operands.right, result, count, reduction_->context);
  }
}

}  // namespace ringwood
