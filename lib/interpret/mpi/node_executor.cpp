#include "interpret/mpi/node_executor.hpp"

#include <algorithm>
#include <cstring>
#include <string>

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

}  // namespace

/// One execution.
class NodeExecutor::Run {
 public:
  Run(NodeExecutor& executor, const FusedPlan& plan, const Buffers& buffers, const Reduction* reduction,
      EventLog* events)
      : endpoint_(executor.endpoint_),
        plan_(plan),
        reduction_(reduction),
        events_(events),
        send_(buffers.send),
        written_{nullptr, buffers.receive, buffers.scratch},
        hot_(executor.hot_.get()) {}

  void run() {
    apply(plan_.start());
    if (plan_.longest() <= plan_.window()) {
      for (const FusedStep& step : plan_.steps()) {
        begin(step, static_cast<std::size_t>(step.bytes));
      }
    } else {
      run_in_windows();
    }
    apply(plan_.finish());
    if (plan_.streams()) {
      settle_streams();
    }
  }

  /// "round 3" of where it stopped.
  [[nodiscard]] std::string where() const { return "round " + std::to_string(step_ == nullptr ? 0 : step_->round); }

 private:
  using Kind = FusedStep::Kind;
  using Place = FusedStep::Place;

  void run_in_windows() {
    const Bytes window = plan_.window();
    const Bytes turns = (plan_.longest() + window - 1) / window + plan_.longest_lag();
    for (Bytes turn = 0; turn < turns; ++turn) {
      for (const FusedStep& step : plan_.steps()) {
        begin_ = (turn - step.lag) * window;
        if (begin_ >= 0 && begin_ < step.bytes) {
          begin(step, static_cast<std::size_t>(std::min(step.bytes - begin_, window)));
        }
      }
    }
    begin_ = 0;
  }

  void begin(const FusedStep& step, std::size_t bytes) {
    step_ = &step;
    endpoint_.in_round(static_cast<std::uint32_t>(step.round));
    if (events_ == nullptr) {
      carry_out(step, bytes);
      return;
    }
    const std::int64_t start = nanoseconds_now();
    carry_out(step, bytes);
    const auto peers = plan_.peers(step.peers);
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

  static Event::Kind kind_of(Kind kind) {
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

  void apply(std::span<const Effect> effects) {
    for (const Effect& effect : effects) {
      const auto bytes = static_cast<std::size_t>(effect.bytes);
      const std::byte* left = read(effect.left, 0);
      std::byte* result = written(effect.result, 0);
      if (effect.kind == Effect::Kind::kCopy) {
        copy(result, left, bytes, false);
      } else {
        reduce(left, read(effect.right, 0), result, bytes, false);
      }
    }
  }

  void carry_out(const FusedStep& step, std::size_t bytes) {
    switch (step.kind) {
      case Kind::kPush:
        return push(step, bytes);
      case Kind::kPull:
        copy(written(step.result, begin_), await(step, bytes), bytes, step.last);
        return endpoint_.release(step.peer);
      case Kind::kReduceLeft:
      case Kind::kReduceRight:
        return fold(step, bytes);
      case Kind::kCopy:
        return copy(written(step.result, begin_), read(step.left, begin_), bytes, step.last);
      case Kind::kReduce:
        return reduce(read(step.left, begin_), read(step.right, begin_), written(step.result, begin_), bytes,
                      step.last);
    }
  }

  void push(const FusedStep& step, std::size_t bytes) {
    const auto peers = plan_.peers(step.peers);
    if (step.from == Place::kSlot) {
      endpoint_.publish(peers, 0, slot_.first(bytes));
      copy(written(step.result, begin_), slot_.data(), bytes, step.last);
      slot_ = {};
    } else {
      endpoint_.push(peers, 0, {read(step.left, begin_), bytes});
    }
  }

  void fold(const FusedStep& step, std::size_t bytes) {
    if (step.into == Place::kSlot && slot_.empty()) {
      slot_ = endpoint_.reserve(bytes);
    }
    const std::byte* message = await(step, bytes);
    const std::byte* own = step.from == Place::kHome ? read(step.left, begin_) : place(step.from);
    std::byte* result = step.into == Place::kHome ? written(step.result, begin_) : place(step.into);
    const bool last = step.last && step.into == Place::kHome;
    if (step.kind == Kind::kReduceLeft) {
      reduce(message, own, result, bytes, last);
    } else {
      reduce(own, message, result, bytes, last);
    }
    endpoint_.release(step.peer);
  }

  std::byte* place(Place place) { return place == Place::kSlot ? slot_.data() : hot_; }

  const std::byte* await(const FusedStep& step, std::size_t bytes) {
    const NodeEndpoint::Piece piece = endpoint_.await(step.peer, 0);
    if (piece.bytes != bytes) {
      throw Error(ErrorKind::kSystem, "receiving from rank " + std::to_string(step.peer) + ": " +
                                          std::to_string(piece.bytes) + " bytes came, " + std::to_string(bytes) +
                                          " were expected; do all ranks pass the same counts?");
    }
    return piece.data;
  }

  void reduce(const std::byte* left, const std::byte* right, std::byte* result, std::size_t bytes, bool past_cache) {
    if (past_cache) {
      reduce_past_cache(*reduction_, left, right, result, bytes);
    } else {
      const auto size = static_cast<std::size_t>(reduction_->element_size);
      reduction_->apply(left, right, result, bytes / size, reduction_->context);
    }
  }

  const std::byte* read(Address address, Bytes offset) const {
    return address.memory == Memory::kSend ? send_ + address.offset + offset : written(address, offset);
  }

  std::byte* written(Address address, Bytes offset) const {
    return written_[static_cast<std::size_t>(address.memory)] + address.offset + offset;
  }

  NodeEndpoint& endpoint_;
  const FusedPlan& plan_;
  const Reduction* reduction_;
  EventLog* events_;
  const std::byte* send_;
  std::byte* written_[3];
  std::byte* hot_;
  std::span<std::byte> slot_;
  Bytes begin_ = 0;
  const FusedStep* step_ = nullptr;
};

NodeExecutor::NodeExecutor(NodeEndpoint& endpoint)
    : endpoint_(endpoint), hot_(std::make_unique<std::byte[]>(endpoint.shape().large_bytes)) {}

void NodeExecutor::execute(const FusedPlan& plan, const Buffers& buffers, const Reduction* reduction, MessageLog* log,
                           EventLog* events) {
  if (log != nullptr) {
    for (const FusedStep& step : plan.steps()) {
      if (step.kind == FusedStep::Kind::kPush) {
        for (const Rank peer : plan.peers(step.peers)) {
          log->push_back({endpoint_.rank(), peer, 0, step.bytes});
        }
      }
    }
  }
  Run run(*this, plan, buffers, reduction, events);
  try {
    run.run();
  } catch (const Error& error) {
    throw Error(error.kind(), "rank " + std::to_string(endpoint_.rank()) + ", " + run.where() + ": " + error.what());
  }
}

}  // namespace ringwood
