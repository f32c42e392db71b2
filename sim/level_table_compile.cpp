#include <algorithm>
#include <array>

#include "sim/level_table.hpp"
#include "sim/mailboxes.hpp"

namespace ringwood {

namespace {

/// The numbers of classes, found fast: an operation is mostly like one of the last two.
class ClassFinder {
 public:
  ClassFinder(std::span<const SimulationPoint> points, std::vector<OperationClass>& classes) : classes_(classes) {
    for (const SimulationPoint& point : points) {
      bytes_.emplace_back(*point.layout);
    }
    counts_chunks_ = std::all_of(bytes_.begin(), bytes_.end(), [](const ChunkBytes& each) { return each.all_alike(); });
  }

  struct Question {
    CostClass cost_class = 0;
    Rank from = 0;
    Rank to = 0;
    std::int64_t cpu_percent = 100;
  };

  /// Where the set is empty at every point: kEmpty. Where it is at some only: kMixed.
  [[nodiscard]] std::uint32_t find(const Question& question, const ChunkSet& chunks, bool receives) {
    Recent& recent = recent_[receives ? 1 : 0];
    const Bytes amount = counts_chunks_ ? chunks.size() : -1;
    if (counts_chunks_ && recent.amount == amount && recent.cost_class == question.cost_class &&
        recent.cpu_percent == question.cpu_percent) [[likely]] {
      return recent.number;
    }
    const std::uint32_t number = look_up(question, chunks);
    recent = {amount, question.cpu_percent, question.cost_class, number};
    return number;
  }

  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};
  static constexpr std::uint32_t kMixed = kEmpty - 1;

 private:
  struct Recent {
    Bytes amount = -2;
    std::int64_t cpu_percent = 0;
    CostClass cost_class = 0;
    std::uint32_t number = 0;
  };

  [[nodiscard]] std::uint32_t look_up(const Question& question, const ChunkSet& chunks) {
    std::vector<Bytes> sizes;
    std::uint64_t hash = question.cost_class + static_cast<std::uint64_t>(question.cpu_percent) * 0x9E3779B97F4A7C15U;
    for (const ChunkBytes& bytes : bytes_) {
      sizes.push_back(bytes.of(chunks));
      hash = (hash ^ static_cast<std::uint64_t>(sizes.back())) * 0x9E3779B97F4A7C15U;
      hash ^= hash >> 29U;
    }
    const auto empty = std::count(sizes.begin(), sizes.end(), 0);
    if (empty > 0) {
      return static_cast<std::size_t>(empty) == sizes.size() ? kEmpty : kMixed;
    }
    const auto [first, last] = known_.equal_range(hash);
    const auto found = std::find_if(first, last, [&](const auto& entry) {
      const OperationClass& known = classes_[entry.second];
      return known.bytes == sizes && known.cpu_percent == question.cpu_percent &&
             cost_classes_[entry.second] == question.cost_class;
    });
    if (found != last) {
      return found->second;
    }
    const auto number = static_cast<std::uint32_t>(classes_.size());
    classes_.push_back({std::move(sizes), question.from, question.to, question.cpu_percent});
    cost_classes_.push_back(question.cost_class);
    known_.emplace(hash, number);
    return number;
  }

  std::vector<OperationClass>& classes_;
  std::vector<ChunkBytes> bytes_;
  std::vector<CostClass> cost_classes_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> known_;
  std::array<Recent, 2> recent_;
  bool counts_chunks_ = false;
};

/// Goes through the schedule as the data flow does (data_flow.cpp), without times: messages carry the numbers of slots.
class TableCompiler {
 public:
  TableCompiler(const SimulationInput& input, std::span<const SimulationPoint> points)
      : input_(input),
        machine_(as_it_stands(input.machine)),
        instance_(input.schedule),
        costs_(machine_, input.mapping, 0),
        finder_(points, table_.classes),
        mail_(input.schedule.ranks()),
        open_(static_cast<std::size_t>(input.schedule.ranks())) {
    for (const Straggler& straggler : input.options.stragglers) {
      slow_[straggler.rank] = straggler.cpu_percent;
    }
    table_.may_wait = std::any_of(points.begin(), points.end(), [](const SimulationPoint& point) {
      return PairCosts::may_wait_for_receives(*point.machine, point.layout->total_bytes());
    });
  }

  [[nodiscard]] std::optional<LevelTable> run() {
    const Rank ranks = input_.schedule.ranks();
    for (Rank first = 0; first < ranks && !gives_up_; first += WorkList::kBlock) {
      for (Rank rank = first; rank < std::min(first + WorkList::kBlock, ranks); ++rank) {
        mail_.state(rank).program = instance_.program(rank);
        mail_.due().add(rank);
      }
      do {
        while (!mail_.due().empty() && !gives_up_) {
          run_rank(mail_.due().take());
        }
        mail_.deliver_all();
      } while (!mail_.due().empty() && !gives_up_);
    }
    for (Rank rank = 0; rank < ranks && !gives_up_; ++rank) {
      // What is wrong with such a schedule, and where, says an engine that evaluates it.
      gives_up_ = mail_.state(rank).doing != Doing::kEnded || mail_.any_source(rank) >= 0;
      table_.rounds = std::max<std::int64_t>(table_.rounds, mail_.state(rank).rounds);
    }
    if (gives_up_) {
      return std::nullopt;
    }
    table_.slots = slots_;
    table_.memory = instance_.reserved() + open_.size() * (sizeof(RankState) + sizeof(std::int32_t)) + mail_.reserved();
    return std::move(table_);
  }

 private:
  /// Distances by route alone: what holds for all of them is each point's.
  [[nodiscard]] static Machine as_it_stands(Machine machine) {
    machine.replaced = {};
    return machine;
  }

  void run_rank(Rank me) {
    RankState& at = mail_.state(me);
    if (at.pulled > 0 && !finish_round(me, at)) {
      return;
    }
    const Step step = at.program.advance();
    if (step != Step::kRound) {
      gives_up_ = gives_up_ || step == Step::kFork;
      at.program = Program();
      at.doing = Doing::kEnded;
      return;
    }
    ++at.pulled;
    at.position = 0;
    if (table_.may_wait) {
      emit(me, LevelTable::Kind::kBeginRound);
    }
    for (const Operation& operation : at.program.round()) {
      if (operation.kind == OperationKind::kSend) {
        send(me, at, operation);
      }
    }
    mail_.due().add(me);
  }

  void emit(Rank me, LevelTable::Kind kind, std::uint32_t number = 0, std::uint32_t slot = 0) {
    table_.entries.push_back({me, slot, number << 3U | static_cast<std::uint32_t>(kind)});
  }

  [[nodiscard]] std::uint32_t class_of(Rank me, Rank from, Rank to, const Operation& operation) {
    const bool receives = from != me;
    const auto slow = slow_.empty() ? slow_.end() : slow_.find(me);
    const std::int64_t percent = slow == slow_.end() ? 100 : slow->second;
    const CostClass cost_class = from == to ? 0 : costs_.class_of(from, to);
    const std::uint32_t number = finder_.find({cost_class, from, to, percent}, operation.chunks, receives);
    gives_up_ = gives_up_ || number == ClassFinder::kMixed || number >= (1U << 29U) - 1;
    return number;
  }

  [[nodiscard]] bool is_rank(Rank rank) const { return rank >= 0 && rank < input_.schedule.ranks(); }

  void send(Rank me, RankState& at, const Operation& operation) {
    gives_up_ = gives_up_ || !is_rank(operation.peer);
    if (gives_up_) {
      return;
    }
    const std::uint32_t number = class_of(me, me, operation.peer, operation);
    if (number == ClassFinder::kEmpty || gives_up_) {
      return;
    }
    at.carries = true;
    ++table_.messages;
    std::uint32_t slot = slots_;
    if (free_.empty()) {
      ++slots_;
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    if (table_.may_wait) {
      ++open_[static_cast<std::size_t>(me)];
    }
    emit(me, LevelTable::Kind::kSend, number, slot);
    mail_.send(me, operation.peer, {slot, me, 0, 0, 0}, kNoOperation);
  }

  /// False: it waits.
  bool finish_round(Rank me, RankState& at) {
    const std::span<const Operation> round = at.program.round();
    for (; at.position < round.size(); ++at.position) {
      const Operation& operation = round[at.position];
      if (operation.kind == OperationKind::kSend || operation.kind == OperationKind::kCopy) {
        continue;
      }
      if (!serve(me, at, operation)) {
        return false;
      }
    }
    if (table_.may_wait) {
      if (open_[static_cast<std::size_t>(me)] > 0) {
        at.doing = Doing::kRendezvous;
        return false;
      }
      emit(me, LevelTable::Kind::kEndRound);
    }
    at.rounds += at.carries ? 1 : 0;
    at.carries = false;
    return true;
  }

  bool serve(Rank me, RankState& at, const Operation& operation) {
    const bool reduces_only = operation.kind == OperationKind::kReduce;
    gives_up_ = gives_up_ || (!reduces_only && !is_rank(operation.peer));
    if (gives_up_) {
      return false;
    }
    const std::uint32_t number = class_of(me, reduces_only ? me : operation.peer, me, operation);
    if (number == ClassFinder::kEmpty || gives_up_) {
      return !gives_up_;
    }
    at.carries = true;
    if (reduces_only) {
      emit(me, LevelTable::Kind::kReduce, number);
      return true;
    }
    PendingMessage message;
    OperationId sent = kNoOperation;
    if (!mail_.take(at, operation.peer, message, sent)) {
      at.doing = Doing::kWaits;
      at.waits_for = operation.peer;
      return false;
    }
    const auto slot = static_cast<std::uint32_t>(message.head);
    free_.push_back(slot);
    emit(me, operation.kind == OperationKind::kReceive ? LevelTable::Kind::kReceive : LevelTable::Kind::kReceiveReduce,
         number, slot);
    if (table_.may_wait && --open_[static_cast<std::size_t>(operation.peer)] == 0) {
      RankState& sender = mail_.state(operation.peer);
      if (sender.doing == Doing::kRendezvous) {
        sender.doing = Doing::kRuns;
        mail_.due().add(operation.peer);
      }
    }
    return true;
  }

  const SimulationInput& input_;
  const Machine machine_;
  ScheduleInstance instance_;
  PairCosts costs_;
  LevelTable table_;
  ClassFinder finder_;
  PendingMail<false> mail_;
  std::vector<std::int32_t> open_;  // sends of each rank's round that were not received yet, where that matters
  std::unordered_map<Rank, std::int64_t> slow_;
  std::vector<std::uint32_t> free_;
  std::uint32_t slots_ = 0;
  bool gives_up_ = false;
};

}  // namespace

bool share_a_table(std::span<const SimulationPoint> points) {
  const Machine& first = *points.front().machine;
  return std::all_of(points.begin(), points.end(), [&](const SimulationPoint& point) {
    return point.machine->network == first.network && point.machine->inside_host == first.inside_host &&
           point.machine->between_hosts == first.between_hosts;
  });
}

std::optional<LevelTable> compile_table(const SimulationInput& input, std::span<const SimulationPoint> points) {
  return TableCompiler(input, points).run();
}

}  // namespace ringwood
