#include "schedule/plan_fused.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "schedule/plan_trace.hpp"

namespace ringwood {

namespace {

// Looking for what may be left out of the caches compares all steps with all.
constexpr std::size_t kMostStepsCompared = 4096;

// Of a channel, in two turns: its entries have to do.
constexpr std::size_t kMostMessages = 32;

// Whether windows work is found by looking at every rank's program.
constexpr Rank kMostRanksTraced = 256;

struct Region {
  Address address;
  Bytes bytes = 0;
};

bool same(const Region& one, const Region& other) {
  return one.address == other.address && one.bytes == other.bytes;
}

bool overlap(const Region& one, const Region& other) {
  return one.address.memory == other.address.memory && one.address.offset < other.address.offset + other.bytes &&
         other.address.offset < one.address.offset + one.bytes;
}

bool is_fold(const FusedStep& step) {
  return step.kind == FusedStep::Kind::kReduceLeft || step.kind == FusedStep::Kind::kReduceRight;
}

bool waits(const FusedStep& step) {
  return is_fold(step) || step.kind == FusedStep::Kind::kPull;
}

bool writes(const FusedStep& step) {
  return step.kind != FusedStep::Kind::kPush;
}

bool reads(const FusedStep& step, const Region& region) {
  const bool left = step.kind != FusedStep::Kind::kPull && overlap({step.left, step.bytes}, region);
  return left || (step.kind == FusedStep::Kind::kReduce && overlap({step.right, step.bytes}, region));
}

/// Pieces of a vector that are the same or have nothing in common.
class Units {
 public:
  /// False if it cuts another one.
  bool add(ByteInterval piece) {
    const auto at = ends_.lower_bound(piece.begin);
    if (at != ends_.end() && at->first == piece.begin) {
      return at->second == piece.end;
    }
    if ((at != ends_.end() && at->first < piece.end) || (at != ends_.begin() && std::prev(at)->second > piece.begin)) {
      return false;
    }
    ends_.emplace_hint(at, piece.begin, piece.end);
    return true;
  }

 private:
  std::map<Bytes, Bytes> ends_;
};

bool works_in_windows(const ProgramTrace& program) {
  const auto forks = [](const TracedRound& round) { return !round.lanes.empty(); };
  if (std::ranges::any_of(program.strand.rounds, forks)) {
    return false;
  }
  Units units;
  return std::ranges::all_of(program.operations, [&](const TracedOperation& operation) {
    return operation.pieces.end - operation.pieces.begin == 1 && units.add(program.pieces[operation.pieces.begin]);
  });
}

/// Whether turns of the same number wait for turns before only, also for room.
class Overlap {
 public:
  explicit Overlap(std::size_t slots) : slots_(slots) {}

  void add(const ProgramTrace& program, Rank me) {
    std::size_t slots = 0;
    std::map<Rank, std::size_t> messages;
    for (std::size_t round = 0; round < program.strand.rounds.size(); ++round) {
      std::set<std::tuple<Bytes, Bytes, Plane>> sent;  // what goes to several peers takes one slot
      const PlanRange range = program.strand.rounds[round].operations;
      for (std::uint32_t i = range.begin; i < range.end; ++i) {
        const TracedOperation& operation = program.operations[i];
        if (operation.kind == OperationKind::kSend) {
          const ByteInterval piece = program.pieces[operation.pieces.begin];
          sent.insert({piece.begin, piece.end, operation.plane});
          ++messages[operation.peer];
          ++open_[{me, operation.peer, round}];
        } else if (operation.kind == OperationKind::kReceive || operation.kind == OperationKind::kReceiveReduce) {
          --open_[{operation.peer, me, round}];
        }
      }
      slots += sent.size();
    }
    fits_ = fits_ && 2 * slots <= slots_ &&
            std::ranges::all_of(messages, [](const auto& to_peer) { return 2 * to_peer.second <= kMostMessages; });
  }

  [[nodiscard]] bool works() const {
    return fits_ && std::ranges::all_of(open_, [](const auto& entry) { return entry.second == 0; });
  }

 private:
  std::size_t slots_;
  bool fits_ = true;
  std::map<std::tuple<Rank, Rank, std::size_t>, int> open_;  // sender, receiver, round: sent and not received
};

}  // namespace

Windows windows_of(const Schedule& schedule, const Layout& layout, std::size_t slots) {
  if (schedule.ranks() > kMostRanksTraced) {
    return Windows::kNone;
  }
  Overlap overlap(slots);
  for (Rank rank = 0; rank < schedule.ranks(); ++rank) {
    const ProgramTrace program = trace(schedule, layout, rank);
    if (!works_in_windows(program)) {
      return Windows::kNone;
    }
    overlap.add(program, rank);
  }
  return overlap.works() ? Windows::kOverlapping : Windows::kOneByOne;
}

class Fusion {
 public:
  Fusion(const Plan& plan, const FusionOptions& options) : plan_(plan), options_(options) {}

  FusedPlan run() {
    const std::span<const PlanRound> rounds = plan_.rounds(plan_.strands().front());
    const auto start = plan_.start();
    fused_.start_.assign(start.begin(), start.end());
    for (const PlanRound& round : rounds) {
      add_effects(plan_.effects(round.packs), {});
      add_pushes(plan_.transfers(round.sends));
      const std::size_t first = fused_.steps_.size();
      add_receives(round);
      set_awaited(std::span(fused_.steps_).subspan(first));
      ++round_;
    }
    for (const Effect& effect : plan_.finish()) {
      add_finish(effect);
    }
    if (fused_.steps_.size() <= kMostStepsCompared) {
      if (options_.streams) {
        mark_last();
      }
      if (options_.hot) {
        keep_hot();
      }
    }
    fused_.window_ = options_.window;
    fused_.streams_ = options_.streams;
    for (const FusedStep& step : fused_.steps_) {
      fused_.longest_ = std::max(fused_.longest_, step.bytes);
    }
    if (options_.overlaps && fused_.longest_ > options_.window) {
      set_lags();
    }
    return std::move(fused_);
  }

 private:
  using Kind = FusedStep::Kind;
  using Place = FusedStep::Place;

  FusedStep& add(Kind kind, Bytes bytes) {
    FusedStep& step = fused_.steps_.emplace_back();
    step.kind = kind;
    step.bytes = bytes;
    step.round = round_;
    return step;
  }

  /// What goes to several peers is sent once.
  void add_pushes(std::span<const Transfer> sends) {
    std::vector<Rank> peers;
    for (const Transfer& send : sends) {
      peers.push_back(send.peer);
    }
    std::ranges::sort(peers);
    const bool one_each = std::ranges::adjacent_find(peers) == peers.end();
    std::vector<bool> done(sends.size());
    for (std::size_t i = 0; i < sends.size(); ++i) {
      if (done[i]) {
        continue;
      }
      FusedStep& push = add(Kind::kPush, sends[i].bytes);
      push.left = sends[i].address;
      push.peers.begin = static_cast<std::uint32_t>(fused_.peers_.size());
      for (std::size_t j = i; j < (one_each ? sends.size() : i + 1); ++j) {
        if (sends[j].address == sends[i].address && sends[j].bytes == sends[i].bytes) {
          done[j] = true;
          fused_.peers_.push_back(sends[j].peer);
        }
      }
      push.peers.end = static_cast<std::uint32_t>(fused_.peers_.size());
    }
  }

  /// A message that one effect of the round reads, and nothing else, is read by it where it lies. All others come
  /// first, into their places, which no effect before touches.
  void add_receives(const PlanRound& round) {
    const auto receives = plan_.transfers(round.receives);
    const auto effects = plan_.effects(round.effects);
    std::vector<const Transfer*> message_of(effects.size(), nullptr);
    for (const Transfer& receive : receives) {
      const std::size_t reader = only_reader(receive, receives, effects);
      if (reader < effects.size() && message_of[reader] == nullptr) {
        message_of[reader] = &receive;
        continue;
      }
      FusedStep& pull = add(Kind::kPull, receive.bytes);
      pull.peer = receive.peer;
      pull.result = receive.address;
    }
    add_effects(effects, message_of);
  }

  /// Of each step of a round that reads a message: who is waited for there and later.
  void set_awaited(std::span<FusedStep> steps) {
    const auto end = static_cast<std::uint32_t>(fused_.peers_.size() +
                                                static_cast<std::size_t>(std::ranges::count_if(steps, waits)));
    for (FusedStep& step : steps) {
      if (waits(step)) {
        step.peers = {static_cast<std::uint32_t>(fused_.peers_.size()), end};
        fused_.peers_.push_back(step.peer);
      }
    }
  }

  static std::size_t only_reader(const Transfer& receive, std::span<const Transfer> receives,
                                 std::span<const Effect> effects) {
    const Region message{receive.address, receive.bytes};
    const auto from_peer =
        std::ranges::count_if(receives, [&](const Transfer& other) { return other.peer == receive.peer; });
    std::size_t found = effects.size();
    int touched = 0;
    for (std::size_t i = 0; i < effects.size(); ++i) {
      const Effect& effect = effects[i];
      const Region left{effect.left, effect.bytes};
      const Region right{effect.kind == Effect::Kind::kReduce ? effect.right : effect.left, effect.bytes};
      const Region result{effect.result, effect.bytes};
      if (!overlap(left, message) && !overlap(right, message) && !overlap(result, message)) {
        continue;
      }
      ++touched;
      const bool exact = (same(left, message) || same(right, message)) &&
                         (effect.kind == Effect::Kind::kCopy || effect.left != effect.right) &&
                         (same(result, message) || (receive.staged && !overlap(result, message)));
      found = exact ? i : found;
    }
    return from_peer == 1 && touched == 1 ? found : effects.size();
  }

  void add_effects(std::span<const Effect> effects, std::span<const Transfer* const> message_of) {
    for (std::size_t i = 0; i < effects.size(); ++i) {
      const Effect& effect = effects[i];
      const Transfer* message = message_of.empty() ? nullptr : message_of[i];
      const bool reduces = effect.kind == Effect::Kind::kReduce;
      const bool message_is_left = message != nullptr && effect.left == message->address;
      FusedStep& step = add(message == nullptr ? (reduces ? Kind::kReduce : Kind::kCopy)
                            : !reduces         ? Kind::kPull
                            : message_is_left  ? Kind::kReduceLeft
                                               : Kind::kReduceRight,
                            effect.bytes);
      step.peer = message == nullptr ? Rank{0} : message->peer;
      step.left = message_is_left && reduces ? effect.right : effect.left;
      step.right = effect.right;
      step.result = effect.result;
    }
  }

  /// What is only copied from the send buffer may be copied along with the rest.
  void add_finish(const Effect& effect) {
    const Region result{effect.result, effect.bytes};
    const bool free = effect.kind == Effect::Kind::kCopy && effect.left.memory == Memory::kSend &&
                      std::ranges::none_of(fused_.steps_, [&](const FusedStep& step) {
                        return reads(step, result) || (writes(step) && overlap({step.result, step.bytes}, result));
                      });
    if (free) {
      FusedStep& step = add(Kind::kCopy, effect.bytes);
      step.left = effect.left;
      step.result = effect.result;
    } else {
      fused_.finish_.push_back(effect);
    }
  }

  [[nodiscard]] bool is_read_after(std::size_t index, const Region& region) const {
    return std::any_of(fused_.steps_.begin() + static_cast<std::ptrdiff_t>(index) + 1, fused_.steps_.end(),
                       [&](const FusedStep& step) { return reads(step, region); }) ||
           std::ranges::any_of(fused_.finish_, [&](const Effect& effect) {
             return overlap({effect.left, effect.bytes}, region);
           });
  }

  void mark_last() {
    for (std::size_t i = 0; i < fused_.steps_.size(); ++i) {
      FusedStep& step = fused_.steps_[i];
      const Region result{step.result, step.bytes};
      step.last = writes(step) && !reads(step, result) && !is_read_after(i, result);
    }
  }

  /// Every round is a window behind the one before; what it waits for was sent a turn ago, and what it makes of that is
  /// sent in the same turn.
  void set_lags() {
    std::uint32_t round = 0;
    bool waited = false;
    for (FusedStep& step : fused_.steps_) {
      waited = waits(step) || (waited && step.round == round);
      round = step.round;
      step.lag = step.round + (waited ? 1 : 0);
      fused_.longest_lag_ = std::max(fused_.longest_lag_, step.lag);
    }
  }

  /// Messages that are added up one after the other: the sum so far stays where it is hot.
  void keep_hot() {
    auto& steps = fused_.steps_;
    for (std::size_t begin = 0; begin < steps.size();) {
      std::size_t end = begin + 1;
      while (is_fold(steps[begin]) && end < steps.size() && continues(steps[begin], steps[end])) {
        ++end;
      }
      if (is_fold(steps[begin])) {
        keep_hot(begin, end);
      }
      begin = end;
    }
  }

  static bool continues(const FusedStep& first, const FusedStep& step) {
    return is_fold(step) && step.round == first.round && step.result == first.result && step.bytes == first.bytes &&
           step.left == first.result;
  }

  void keep_hot(std::size_t begin, std::size_t end) {
    auto& steps = fused_.steps_;
    const Region result{steps[begin].result, steps[begin].bytes};
    FusedStep* push = push_of_next_round(end, result);
    if (push == nullptr && !options_.streams) {
      return;
    }
    const bool in_place = reads(steps[begin], result);
    for (std::size_t i = begin; i < end; ++i) {
      steps[i].from = i == begin ? Place::kHome : Place::kHot;
      steps[i].into = Place::kHot;
    }
    FusedStep& sum = steps[end - 1];
    sum.into = Place::kHome;
    if (push != nullptr) {
      sum.into = Place::kSlot;
      sum.peers = push->peers;
      push->from = Place::kSlot;
    }
    sum.last = options_.streams && !in_place && !is_read_after(push != nullptr ? end : end - 1, result);
  }

  /// The only thing that comes between the sum and its being sent.
  FusedStep* push_of_next_round(std::size_t index, const Region& region) {
    auto& steps = fused_.steps_;
    const bool follows = index < steps.size() && steps[index].kind == Kind::kPush &&
                         same({steps[index].left, steps[index].bytes}, region);
    return follows ? &steps[index] : nullptr;
  }

  const Plan& plan_;
  FusionOptions options_;
  FusedPlan fused_;
  std::uint32_t round_ = 0;
};

FusedPlan fuse(const Plan& plan, const FusionOptions& options) {
  return Fusion(plan, options).run();
}

}  // namespace ringwood
