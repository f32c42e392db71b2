#include <algorithm>
#include <deque>
#include <queue>
#include <vector>

#include "sim/engine.hpp"
#include "sim/strand.hpp"

namespace ringwood {

namespace {

template <LogGopsForm kForm>
class EventQueue {
 public:
  explicit EventQueue(const SimulationInput& input)
      : input_(input),
        instance_(input.schedule),
        costs_(input.machine, input.mapping, input.layout.total_bytes()),
        ranks_(static_cast<std::size_t>(input.schedule.ranks())) {}

  [[nodiscard]] SimulationReport run() {
    for (Rank rank = 0; rank < input_.schedule.ranks(); ++rank) {
      const StrandId id = add_strand(rank, 0, kNoStrand);
      strands_[id].own = instance_.program(rank);
      strands_[id].program = &strands_[id].own;
      runnable_.push_back(id);
    }
    for (;;) {
      while (!runnable_.empty()) {
        const StrandId id = runnable_.back();
        runnable_.pop_back();
        advance(id);
      }
      if (events_.empty()) {
        break;
      }
      const Event event = events_.top();
      events_.pop();
      serve(event.strand);
    }
    check_all_ended();
    return report();
  }

 private:
  [[nodiscard]] SharedState& rank_of(const Strand& strand) { return ranks_[static_cast<std::size_t>(strand.rank)]; }

  StrandId add_strand(Rank rank, Lane lane, StrandId parent) {
    StrandId id = 0;
    if (free_strands_.empty()) {
      id = static_cast<StrandId>(strands_.size());
      strands_.emplace_back();
    } else {
      id = free_strands_.back();
      free_strands_.pop_back();
      strands_[id] = Strand();
    }
    strands_[id].rank = rank;
    strands_[id].lane = lane;
    strands_[id].parent = parent;
    ranks_[static_cast<std::size_t>(rank)].strands.push_back(id);
    return id;
  }

  /// Takes a strand to its next operation, fork or end.
  void advance(StrandId id) {
    Strand& strand = strands_[id];
    for (;;) {
      switch (strand.program->advance()) {
        case Step::kRound:
          if (begin_round(strand)) {
            schedule_next(id);
            return;
          }
          continue;
        case Step::kFork:
          fork(id);
          return;
        case Step::kEnd:
          end(id);
          return;
      }
    }
  }

  /// False: nothing in it takes time.
  bool begin_round(Strand& strand) {
    ++strand.pulled;
    strand.position = 0;
    strand.round_start = strand.end;
    strand.last_before_round = strand.last;
    collect_round(strand, input_.layout, input_.schedule.ranks());
    strand.rounds += strand.round.empty() && !strand.counts ? 0 : 1;
    strand.counts = false;
    return !strand.round.empty();
  }

  void fork(StrandId id) {
    const std::span<Program> lanes = strands_[id].program->lanes();
    strands_[id].lane_rounds = 0;
    strands_[id].open_lanes = static_cast<std::int32_t>(lanes.size());
    if (lanes.empty()) {
      runnable_.push_back(id);
      return;
    }
    strands_[id].waits = Waits::kLanes;
    for (Program& program : lanes) {
      const StrandId child_id = add_strand(strands_[id].rank, program.lane(), id);
      const Strand& parent = strands_[id];
      Strand& child = strands_[child_id];
      child.program = &program;
      child.time = parent.time;
      child.end = parent.end;
      child.last = parent.last;
      child.pulled = parent.pulled;
      runnable_.push_back(child_id);
    }
  }

  void end(StrandId id) {
    Strand& strand = strands_[id];
    strand.waits = Waits::kEnded;
    if (strand.parent == kNoStrand) {
      strand.own = Program();
      return;
    }
    Strand& parent = strands_[strand.parent];
    if (strand.end > parent.end || parent.last == kNoOperation) {
      parent.end = strand.end;
      parent.last = strand.last;
    }
    parent.time = std::max(parent.time, strand.time);
    parent.pulled = std::max(parent.pulled, strand.pulled);
    parent.lane_rounds = std::max(parent.lane_rounds, strand.rounds);
    std::erase(rank_of(strand).strands, id);
    free_strands_.push_back(id);
    if (--parent.open_lanes == 0) {
      parent.rounds += parent.lane_rounds;
      parent.waits = Waits::kNot;
      runnable_.push_back(strand.parent);
    }
  }

  /// Queues the next operation of the current round, if what it needs is there, or the end of the round.
  void schedule_next(StrandId id) {
    Strand& strand = strands_[id];
    if (strand.position == strand.round.size()) {
      if (strand.open_sends > 0) {
        strand.waits = Waits::kRendezvous;
      } else if (strand.latest_match > strand.end) {
        queue(id, strand.latest_match);
      } else {
        runnable_.push_back(id);
      }
      return;
    }
    const Item& item = strand.round[strand.position];
    switch (item.kind) {
      case OperationKind::kSend:
        queue(id, strand.round_start);
        return;
      case OperationKind::kReceive:
      case OperationKind::kReceiveReduce:
        await_message(id, item.peer);
        return;
      case OperationKind::kReduce:
        queue(id, strand.end);
        return;
      case OperationKind::kCopy:
        return;
    }
  }

  void await_message(StrandId id, Rank peer) {
    Strand& strand = strands_[id];
    const std::uint32_t index = pool_.take(rank_of(strand).inbox, peer, strand.lane);
    if (index == MessagePool::kNone) {
      strand.waits = Waits::kMessage;
      strand.waits_for = peer;
      return;
    }
    strand.message = pool_.at(index);
    strand.sent_by = input_.options.critical_path ? sent_by_[index] : kNoOperation;
    queue(id, std::max(strand.message.head, strand.round_start));
  }

  void queue(StrandId id, Picoseconds ready) {
    Strand& strand = strands_[id];
    strand.time = std::max(strand.time, ready);
    events_.push({strand.time, strand.rank, strand.lane, id});
  }

  void serve(StrandId id) {
    Strand& strand = strands_[id];
    if (strand.position == strand.round.size()) {
      leave_rendezvous(strand);
      runnable_.push_back(id);
      return;
    }
    const Item& item = strand.round[strand.position++];
    switch (item.kind) {
      case OperationKind::kSend:
        send(strand, item);
        break;
      case OperationKind::kReceive:
        receive(strand, item);
        break;
      case OperationKind::kReceiveReduce:
        receive(strand, item);
        reduce(strand, item);
        break;
      case OperationKind::kReduce:
        reduce(strand, item);
        break;
      case OperationKind::kCopy:
        break;
    }
    if (strand.end > kLatestTime) {
      throw_too_late(strand.rank);
    }
    schedule_next(id);
  }

  void send(Strand& strand, const Item& item) {
    SharedState& rank = rank_of(strand);
    const CostClass cost_class = costs_.class_of(strand.rank, item.peer);
    const MessageCharges charges = charges_of(costs_[cost_class], item.bytes);
    const ServedSend served = serve_send(rank.clocks, strand.round_start, charges);
    order_sensitive_ += served.order_sensitive ? 1 : 0;
    const OperationId sent = trace(strand, {strand.last, false, served.start - strand.end}, item.bytes, cost_class,
                                   TracedOperation::Kind::kSend);
    strand.end = rank.clocks.cpu;
    log_operation(input_.options.operations, strand, item, served.start, LoggedOperation::Kind::kSend);
    strand.open_sends += charges.eager ? 0 : 1;
    rank.bytes_sent += item.bytes;
    ++messages_;
    if (input_.options.log != nullptr) {
      input_.options.log->push_back({strand.rank, item.peer, strand.lane, item.bytes});
    }
    deliver(item.peer, {served.head, strand.rank, strand.lane, cost_class, 0}, sent);
  }

  void deliver(Rank receiver, const PendingMessage& message, OperationId sent) {
    SharedState& rank = ranks_[static_cast<std::size_t>(receiver)];
    const std::uint32_t index = pool_.push(rank.inbox, message);
    if (input_.options.critical_path) {
      sent_by_.resize(std::max(sent_by_.size(), std::size_t{index} + 1));
      sent_by_[index] = sent;
    }
    for (const StrandId id : rank.strands) {
      Strand& waiting = strands_[id];
      if (waiting.waits == Waits::kMessage && waiting.waits_for == message.source && waiting.lane == message.lane) {
        waiting.waits = Waits::kNot;
        await_message(id, message.source);
        return;
      }
    }
  }

  void receive(Strand& strand, const Item& item) {
    const PendingMessage& message = strand.message;
    const MessageCharges charges = charges_of(costs_[message.cost_class], item.bytes);
    RankClocks& clocks = rank_of(strand).clocks;
    const ServedReceive served = serve_receive<kForm>(clocks, message.head, charges);
    order_sensitive_ += served.order_sensitive ? 1 : 0;
    if (!charges.eager) {
      match(strand, served.taken_in);
    }
    trace(strand, cause_of(served, message.head, strand.sent_by, strand.end, strand.last), item.bytes,
          message.cost_class, TracedOperation::Kind::kReceive);
    strand.end = clocks.cpu;
    log_operation(input_.options.operations, strand, item, served.cpu_start, LoggedOperation::Kind::kReceive);
  }

  /// Tells the sender that its message was taken.
  void match(const Strand& receiver, Picoseconds taken_in) {
    const StrandId id = sender_of(receiver);
    Strand& sender = strands_[id];
    const Picoseconds matched = std::max(taken_in, receiver.round_start);
    if (matched > sender.latest_match) {
      sender.latest_match = matched;
      sender.match_cause = taken_in >= receiver.round_start
                               ? Cause{receiver.sent_by, true, taken_in - receiver.message.head}
                               : Cause{receiver.last_before_round, false, 0};
    }
    if (--sender.open_sends == 0 && sender.waits == Waits::kRendezvous) {
      sender.waits = Waits::kNot;
      schedule_next(id);
    }
  }

  /// The strand that sent what `receiver` takes: it cannot have gone on to another round, since it waits for this.
  [[nodiscard]] StrandId sender_of(const Strand& receiver) const {
    const SharedState& rank = ranks_[static_cast<std::size_t>(receiver.message.source)];
    return *std::find_if(rank.strands.begin(), rank.strands.end(), [&](StrandId id) {
      return strands_[id].lane == receiver.lane && strands_[id].open_sends > 0;
    });
  }

  void leave_rendezvous(Strand& strand) {
    trace(strand, strand.match_cause, 0, 0, TracedOperation::Kind::kMatch);
    RankClocks& clocks = rank_of(strand).clocks;
    clocks.cpu = std::max(clocks.cpu, strand.latest_match);
    clocks.nic_out = std::max(clocks.nic_out, strand.latest_match);
    strand.end = strand.latest_match;
  }

  void reduce(Strand& strand, const Item& item) {
    RankClocks& clocks = rank_of(strand).clocks;
    const Picoseconds start = clocks.cpu;
    serve_reduction(clocks, strand.end, input_.machine.gamma.of(item.bytes));
    trace(strand, {strand.last, false, start - strand.end}, item.bytes, 0, TracedOperation::Kind::kReduce);
    strand.end = clocks.cpu;
    log_operation(input_.options.operations, strand, item, start, LoggedOperation::Kind::kReduce);
  }

  OperationId trace(Strand& strand, const Cause& cause, Bytes bytes, CostClass cost_class, TracedOperation::Kind kind) {
    if (input_.options.critical_path) {
      strand.last = trace_.add({cause, bytes, strand.rank, strand.pulled - 1, cost_class, kind});
    }
    return strand.last;
  }

  void check_all_ended() {
    for (const Strand& strand : strands_) {
      if (strand.waits == Waits::kMessage) {
        throw_deadlock(strand.rank, strand.pulled - 1, strand.waits_for, false);
      }
      if (strand.waits == Waits::kRendezvous) {
        throw_deadlock(strand.rank, strand.pulled - 1, unmatched_peer(strand), true);
      }
    }
    for (std::size_t rank = 0; rank < ranks_.size() && pool_.pending() > 0; ++rank) {
      if (const std::uint32_t index = pool_.any(ranks_[rank].inbox); index != MessagePool::kNone) {
        throw_unreceived(static_cast<Rank>(rank), pool_.at(index).source);
      }
    }
  }

  [[nodiscard]] Rank unmatched_peer(const Strand& strand) const {
    const auto found = std::find_if(strand.round.begin(), strand.round.end(), [&](const Item& item) {
      return item.kind == OperationKind::kSend &&
             pool_.holds(ranks_[static_cast<std::size_t>(item.peer)].inbox, strand.rank, strand.lane);
    });
    return found == strand.round.end() ? -1 : found->peer;
  }

  [[nodiscard]] SimulationReport report() const {
    SimulationReport report;
    report.finish.reserve(ranks_.size());
    for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
      report.finish.push_back(ranks_[rank].clocks.cpu);
      report.rounds = std::max(report.rounds, strands_[rank].rounds);
      report.bytes_sent_max = std::max(report.bytes_sent_max, ranks_[rank].bytes_sent);
      report.bytes_sent_total += ranks_[rank].bytes_sent;
    }
    const auto last = std::max_element(report.finish.begin(), report.finish.end());
    report.time = *last;
    report.messages = messages_;
    report.order_sensitive = order_sensitive_;
    report.memory = instance_.reserved() + ranks_.size() * sizeof(SharedState) + strands_.size() * sizeof(Strand) +
                    pool_.reserved();
    report.engine = Engine::kEventQueue;
    if (input_.options.critical_path) {
      const auto rank = static_cast<std::size_t>(last - report.finish.begin());
      report.critical_path = critical_path(trace_, strands_[rank].last, costs_, input_.machine.gamma, kForm);
    }
    return report;
  }

  const SimulationInput& input_;
  ScheduleInstance instance_;
  PairCosts costs_;
  MessagePool pool_;
  std::vector<SharedState> ranks_;
  std::deque<Strand> strands_;  // rank r's own is number r
  std::vector<StrandId> free_strands_;
  std::vector<StrandId> runnable_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  Trace trace_;
  std::vector<OperationId> sent_by_;  // of each pending message, by its place in the pool
  std::int64_t messages_ = 0;
  std::int64_t order_sensitive_ = 0;
};

}  // namespace

SimulationReport run_event_queue(const SimulationInput& input) {
  switch (input.options.form) {
    case LogGopsForm::kTextbook:
      return EventQueue<LogGopsForm::kTextbook>(input).run();
    case LogGopsForm::kSimulator:
      return EventQueue<LogGopsForm::kSimulator>(input).run();
  }
  return {};
}

}  // namespace ringwood
