#include <algorithm>
#include <vector>

#include "base/huge_pages.hpp"
#include "sim/chunk_bytes.hpp"
#include "sim/engine.hpp"
#include "sim/event_queue_outcome.hpp"
#include "sim/nics.hpp"
#include "sim/rank_charges.hpp"
#include "sim/strand.hpp"

namespace ringwood {

namespace {

template <LogGopsForm kForm>
class EventQueue {
 public:
  explicit EventQueue(const SimulationInput& input)
      : input_(input),
        bytes_(input.layout),
        traced_(input.options.critical_path),
        instance_(input.schedule),
        costs_(input.machine, input.mapping, input.layout.total_bytes()),
        charges_(costs_, input.machine.gamma, input.options.stragglers),
        programs_(static_cast<std::size_t>(input.schedule.ranks())),
        strands_(input.schedule.ranks()) {}

  [[nodiscard]] SimulationReport run() {
    for (Rank rank = 0; rank < input_.schedule.ranks(); ++rank) {
      Program& program = programs_[static_cast<std::size_t>(rank)];
      program = instance_.program(rank);
      runnable_.push_back(strands_.add_rank(program));
    }
    traces_.resize(traced_ ? programs_.size() : 0);
    if (input_.options.nics.count > 1) {
      nics_.emplace(input_.options.nics, input_.schedule.ranks());
    }
    if (!input_.options.noise.none()) {
      noise_.emplace(input_.options.noise, input_.schedule.ranks());
    }
    for (const Straggler& straggler : input_.options.stragglers) {
      Strand& strand = strands_[static_cast<StrandId>(straggler.rank)];
      strands_.rank_of(strand).clocks = begin_at(straggler.arrival);
      strand.end = straggler.arrival;
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
      serve(events_.pop().strand);
    }
    check_all_ended(strands_, pool_, bytes_);
    return report();
  }

 private:
  /// Takes a strand to its next operation, fork or end.
  void advance(StrandId id) {
    Strand& strand = strands_[id];
    for (;;) {
      switch (strand.program->advance()) {
        case Step::kRound:
          if (traced_) {
            traces_[id].last_before_round = traces_[id].last;
          }
          if (begin_round(strand, bytes_, input_.schedule.ranks())) {
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

  void fork(StrandId id) {
    const std::span<Program> lanes = strands_[id].program->lanes();
    strands_[id].lane_rounds = 0;
    strands_[id].open = static_cast<std::int32_t>(lanes.size());
    if (lanes.empty()) {
      runnable_.push_back(id);
      return;
    }
    strands_[id].waits = Waits::kLanes;
    for (Program& program : lanes) {
      const StrandId lane = strands_.add_lane(id, program);
      if (traced_) {
        traces_.resize(std::max(traces_.size(), std::size_t{lane} + 1));
        traces_[lane] = StrandTrace();
        traces_[lane].last = traces_[id].last;
      }
      runnable_.push_back(lane);
    }
  }

  void end(StrandId id) {
    Strand& strand = strands_[id];
    strand.waits = Waits::kEnded;
    if (strand.parent == kNoStrand) {
      programs_[id] = Program();
      return;
    }
    Strand& parent = strands_[strand.parent];
    // The CPU is shared: of lanes that did anything, the one that ends later has the later operation.
    if (traced_ && (strand.end > parent.end || last(strand.parent) == kNoOperation)) {
      traces_[strand.parent].last = last(id);
    }
    parent.end = std::max(parent.end, strand.end);
    parent.time = std::max(parent.time, strand.time);
    parent.pulled = std::max(parent.pulled, strand.pulled);
    parent.lane_rounds = std::max(parent.lane_rounds, strand.rounds);
    strands_.remove_lane(id);
    if (--parent.open == 0) {
      parent.rounds += parent.lane_rounds;
      parent.waits = Waits::kNot;
      runnable_.push_back(strand.parent);
    }
  }

  /// Queues the next operation of the current round, if what it needs is there, or the end of the round.
  void schedule_next(StrandId id) {
    Strand& strand = strands_[id];
    const Operation* operation = operation_at(strand, bytes_);
    if (operation == nullptr) {
      if (strand.open > 0) {
        strand.waits = Waits::kRendezvous;
      } else if (strand.latest_match > strand.end) {
        queue(id, strand.latest_match);
      } else {
        runnable_.push_back(id);
      }
      return;
    }
    switch (operation->kind) {
      case OperationKind::kSend:
        queue(id, strand.round_start);
        return;
      case OperationKind::kReceive:
      case OperationKind::kReceiveReduce:
        await_message(id, operation->peer);
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
    strand.peer = peer;
    const std::uint32_t index = pool_.take(strands_.rank_of(strand).inbox, peer, strand.lane);
    if (index == MessagePool::kNone) {
      strand.waits = Waits::kMessage;
      return;
    }
    const PendingMessage& message = pool_.at(index);
    take(id, message.head, message.cost_class, traced_ ? sent_by_[index] : kNoOperation);
  }

  void take(StrandId id, Picoseconds head, CostClass cost_class, OperationId sent) {
    Strand& strand = strands_[id];
    strand.head = head;
    strand.cost_class = cost_class;
    if (traced_) {
      traces_[id].sent_by = sent;
    }
    queue(id, std::max(head, strand.round_start));
  }

  void queue(StrandId id, Picoseconds ready) {
    Strand& strand = strands_[id];
    strand.time = std::max(strand.time, ready);
    events_.push({strand.time, strand.rank, strand.lane, id});
  }

  void serve(StrandId id) {
    Strand& strand = strands_[id];
    const Operation* operation = operation_at(strand, bytes_);
    if (operation == nullptr) {
      leave_rendezvous(id);
      runnable_.push_back(id);
      return;
    }
    ++strand.position;
    const Bytes bytes = bytes_.of(operation->chunks);
    switch (operation->kind) {
      case OperationKind::kSend:
        send(id, operation->peer, bytes);
        break;
      case OperationKind::kReceive:
        receive(id, bytes);
        break;
      case OperationKind::kReceiveReduce:
        receive(id, bytes);
        reduce(id, bytes);
        break;
      case OperationKind::kReduce:
        reduce(id, bytes);
        break;
      case OperationKind::kCopy:
        break;
    }
    if (strand.end > kLatestTime) {
      throw_too_late(strand.rank);
    }
    schedule_next(id);
  }

  void send(StrandId id, Rank peer, Bytes bytes) {
    Strand& strand = strands_[id];
    SharedState& rank = strands_.rank_of(strand);
    const CostClass cost_class = costs_.class_of(strand.rank, peer);
    const MessageCharges& charges = charges_.of(strand.rank).of(cost_class, bytes).charges;
    if (nics_) {
      nics_->take_out(strand.rank, peer, rank.clocks);
    }
    const ServedSend served =
        serve_send(rank.clocks, strand.round_start, charges, CompareTimes{}, work_of(strand.rank));
    if (nics_) {
      nics_->give_out(rank.clocks);
    }
    order_sensitive_ += served.order_sensitive ? 1 : 0;
    const OperationId sent =
        trace(id, {last(id), false, served.start - strand.end}, bytes, cost_class, SimulatedOperation::Kind::kSend);
    strand.end = rank.clocks.cpu;
    log(strand, {.start = served.start, .bytes = bytes, .peer = peer, .kind = LoggedOperation::Kind::kSend});
    strand.open += charges.eager ? 0 : 1;
    rank.bytes_sent += bytes;
    ++messages_;
    if (input_.options.log != nullptr) {
      input_.options.log->push_back({strand.rank, peer, strand.lane, bytes});
    }
    deliver(peer, {served.head, strand.rank, strand.lane, cost_class, 0}, sent);
  }

  void deliver(Rank receiver, const PendingMessage& message, OperationId sent) {
    const StrandId id = strands_.running_in(receiver, message.lane);
    Strand& waiting = strands_[id];
    if (waiting.waits == Waits::kMessage && waiting.peer == message.source && waiting.lane == message.lane) {
      waiting.waits = Waits::kNot;
      take(id, message.head, message.cost_class, sent);
      return;
    }
    const std::uint32_t index = pool_.push(strands_.rank(receiver).inbox, message);
    if (traced_) {
      sent_by_.resize(std::max(sent_by_.size(), std::size_t{index} + 1));
      sent_by_[index] = sent;
    }
  }

  void receive(StrandId id, Bytes bytes) {
    Strand& strand = strands_[id];
    const MessageCharges& charges = charges_.of(strand.rank).of(strand.cost_class, bytes).charges;
    RankClocks& clocks = strands_.rank_of(strand).clocks;
    if (nics_) {
      nics_->take_in(strand.rank, strand.peer, clocks);
    }
    const ServedReceive served =
        serve_receive<kForm>(clocks, strand.head, charges, CompareTimes{}, work_of(strand.rank));
    if (nics_) {
      nics_->give_in(clocks);
    }
    order_sensitive_ += served.order_sensitive ? 1 : 0;
    const Cause cause = traced_ ? cause_of(served, strand.head, traces_[id].sent_by, strand.end, last(id)) : Cause{};
    if (!charges.eager) {
      match(id, served.taken_in);
    }
    trace(id, cause, bytes, strand.cost_class, SimulatedOperation::Kind::kReceive);
    strand.end = clocks.cpu;
    log(strand,
        {.start = served.cpu_start, .bytes = bytes, .peer = strand.peer, .kind = LoggedOperation::Kind::kReceive});
  }

  /// Tells the sender that its message was taken. It cannot have gone on to another round, since it waits for this.
  void match(StrandId receiver_id, Picoseconds taken_in) {
    const Strand& receiver = strands_[receiver_id];
    const StrandId id = strands_.running_in(receiver.peer, receiver.lane);
    Strand& sender = strands_[id];
    const Picoseconds matched = std::max(taken_in, receiver.round_start);
    if (matched > sender.latest_match) {
      sender.latest_match = matched;
      if (traced_) {
        const StrandTrace& of_receiver = traces_[receiver_id];
        traces_[id].match_cause = taken_in >= receiver.round_start
                                      ? Cause{of_receiver.sent_by, true, taken_in - receiver.head}
                                      : Cause{of_receiver.last_before_round, false, 0};
      }
    }
    if (--sender.open == 0 && sender.waits == Waits::kRendezvous) {
      sender.waits = Waits::kNot;
      schedule_next(id);
    }
  }

  void leave_rendezvous(StrandId id) {
    Strand& strand = strands_[id];
    if (traced_) {
      trace(id, traces_[id].match_cause, 0, 0, SimulatedOperation::Kind::kMatch);
    }
    RankClocks& clocks = strands_.rank_of(strand).clocks;
    wait_until(clocks, strand.latest_match);
    strand.end = strand.latest_match;
  }

  void reduce(StrandId id, Bytes bytes) {
    Strand& strand = strands_[id];
    RankClocks& clocks = strands_.rank_of(strand).clocks;
    const Picoseconds start = clocks.cpu;
    serve_reduction(clocks, charges_.of(strand.rank).reduction(bytes), work_of(strand.rank));
    trace(id, {last(id), false, start - strand.end}, bytes, 0, SimulatedOperation::Kind::kReduce);
    strand.end = clocks.cpu;
    log(strand, {.start = start, .bytes = bytes, .peer = -1, .kind = LoggedOperation::Kind::kReduce});
  }

  [[nodiscard]] WorkOfRank work_of(Rank rank) { return {noise_ ? &*noise_ : nullptr, rank}; }

  [[nodiscard]] OperationId last(StrandId id) const { return traced_ ? traces_[id].last : kNoOperation; }

  OperationId trace(StrandId id, const Cause& cause, Bytes bytes, CostClass cost_class, SimulatedOperation::Kind kind) {
    if (!traced_) {
      return kNoOperation;
    }
    const Strand& strand = strands_[id];
    traces_[id].last = trace_.add({cause, bytes, strand.rank, strand.pulled - 1, cost_class, kind});
    return traces_[id].last;
  }

  void log(const Strand& strand, const LoggedOperation& operation) const {
    if (input_.options.operations != nullptr) {
      input_.options.operations->push_back(of_strand(strand, operation));
    }
  }

  [[nodiscard]] SimulationReport report() const {
    SimulationReport report = outcome_of(strands_);
    report.messages = messages_;
    report.order_sensitive = order_sensitive_;
    report.memory = memory();
    report.engine = Engine::kEventQueue;
    if (traced_) {
      const auto latest = std::max_element(report.finish.begin(), report.finish.end());
      const auto rank = static_cast<StrandId>(latest - report.finish.begin());
      report.critical_path = critical_path(trace_, last(rank), costs_, input_.machine.gamma, kForm);
    }
    return report;
  }

  [[nodiscard]] std::size_t memory() const {
    return instance_.reserved() + programs_.size() * sizeof(Program) + strands_.reserved() + pool_.reserved() +
           events_.reserved();
  }

  const SimulationInput& input_;
  const ChunkBytes bytes_;
  const bool traced_;
  ScheduleInstance instance_;
  PairCosts costs_;
  RankCharges charges_;
  std::optional<Noise> noise_;
  std::optional<Nics> nics_;
  MessagePool pool_;
  std::vector<Program> programs_;  // of the ranks
  Strands strands_;
  std::vector<StrandTrace> traces_;
  std::vector<StrandId> runnable_;
  EventHeap events_;
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
