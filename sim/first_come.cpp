#include "sim/first_come.hpp"

#include <algorithm>

namespace ringwood {

SimulationReport FirstCome::run() {
  for (Rank rank = 0; rank < input_.schedule.ranks(); ++rank) {
    Program& program = programs_[static_cast<std::size_t>(rank)];
    program = instance_.program(rank);
    strands_.add_rank(program);
  }
  queues_.resize(programs_.size());
  for (const Straggler& straggler : input_.options.stragglers) {
    Strand& strand = strands_[static_cast<StrandId>(straggler.rank)];
    strands_.rank_of(strand).clocks = begin_at(straggler.arrival);
    strand.end = straggler.arrival;
  }
  for (Rank rank = 0; rank < input_.schedule.ranks(); ++rank) {
    wake(rank, strands_[static_cast<StrandId>(rank)].end);
  }
  while (!events_.empty()) {
    const QueuedEvent event = events_.pop();
    now_ = event.time;
    if (event.lane == kReadyEvent) {
      now_ready(event.strand);
    } else {
      look_at(event.rank);
    }
  }
  check_all_ended();
  return report();
}

void FirstCome::wake(Rank rank, Picoseconds time) {
  time = std::max(time, now_);
  Picoseconds& last = last_wake_[static_cast<std::size_t>(rank)];
  // What is looked at is looked at until nothing is left to do; and one event at a time is enough.
  if ((time == now_ && rank == looked_at_) || (time > now_ && time == last)) {
    return;
  }
  last = time;
  events_.push({time, rank, kWakeEvent, 0});
}

void FirstCome::look_at(Rank rank) {
  looked_at_ = rank;
  while (advance_strands(rank) || take_in(rank) || serve_cpu(rank)) {
  }
  looked_at_ = -1;
}

bool FirstCome::advance_strands(Rank rank) {
  StrandId ended = kNoStrand;
  for_each_strand(rank, [&](StrandId id) {
    const Strand& strand = strands_[id];
    if (ended == kNoStrand && strand.waits == Waits::kNot && strand.open == 0 && strand.end <= now_) {
      ended = id;
    }
  });
  if (ended != kNoStrand) {
    advance(ended);
  }
  return ended != kNoStrand;
}

void FirstCome::advance(StrandId id) {
  switch (strands_[id].program->advance()) {
    case Step::kRound:
      post(id);
      return;
    case Step::kFork:
      fork(id);
      return;
    case Step::kEnd:
      end(id);
      return;
  }
}

void FirstCome::fork(StrandId id) {
  const std::span<Program> lanes = strands_[id].program->lanes();
  strands_[id].lane_rounds = 0;
  strands_[id].round = {};
  if (lanes.empty()) {
    return;
  }
  strands_[id].open = static_cast<std::int32_t>(lanes.size());
  strands_[id].waits = Waits::kLanes;
  for (Program& program : lanes) {
    const StrandId lane = strands_.add_lane(id, program);
    queues_.resize(std::max(queues_.size(), std::size_t{lane} + 1));
  }
}

void FirstCome::end(StrandId id) {
  Strand& strand = strands_[id];
  strand.waits = Waits::kEnded;
  strand.round = {};
  if (strand.parent == kNoStrand) {
    programs_[id] = Program();
    return;
  }
  Strand& parent = strands_[strand.parent];
  parent.end = std::max(parent.end, strand.end);
  parent.pulled = std::max(parent.pulled, strand.pulled);
  parent.lane_rounds = std::max(parent.lane_rounds, strand.rounds);
  strands_.remove_lane(id);
  if (--parent.open == 0) {
    parent.rounds += parent.lane_rounds;
    parent.waits = Waits::kNot;
  }
}

void FirstCome::post(StrandId id) {
  if (!begin_round(strands_[id], bytes_, input_.schedule.ranks())) {
    return;
  }
  Strand& strand = strands_[id];
  StrandQueues& queues = queues_[id];
  queues.bound.assign(strand.round.size(), kNoMessageId);
  queues.done.assign(strand.round.size(), -1);
  for (const Operation& operation : strand.round) {
    strand.open += bytes_.of(operation.chunks) > 0 && operation.kind != OperationKind::kCopy ? 1 : 0;
  }
  for (std::uint32_t i = 0; i < strand.round.size(); ++i) {
    const Operation& operation = strand.round[i];
    if (receives(operation) && bytes_.of(operation.chunks) > 0) {
      const std::uint32_t found = pool_.take(strands_.rank_of(strand).inbox, operation.peer, strand.lane);
      if (found != MessagePool::kNone) {
        bind(pool_.at(found).cost_class, id, i);
      }
    }
  }
  queue_reductions(id);
}

void FirstCome::check_all_ended() {
  for (const Strand& strand : strands_.all()) {
    if (strand.waits == Waits::kNot && strand.open > 0) {
      tell_deadlock(strand);
    }
  }
  for (Rank rank = 0; rank < input_.schedule.ranks() && pool_.pending() > 0; ++rank) {
    if (const std::uint32_t index = pool_.any(strands_.rank(rank).inbox); index != MessagePool::kNone) {
      throw_unreceived(rank, pool_.at(index).source);
    }
  }
}

void FirstCome::tell_deadlock(const Strand& strand) {
  const StrandQueues& queues = queues_[static_cast<std::size_t>(&strand - strands_.all().data())];
  Rank sends_to = -1;
  for (std::size_t i = 0; i < strand.round.size(); ++i) {
    const Operation& operation = strand.round[i];
    if (bytes_.of(operation.chunks) == 0 || queues.done[i] >= 0) {
      continue;
    }
    if (receives(operation)) {
      throw_deadlock(strand.rank, strand.pulled - 1, operation.peer, false);
    }
    sends_to = operation.kind == OperationKind::kSend ? operation.peer : sends_to;
  }
  throw_deadlock(strand.rank, strand.pulled - 1, sends_to, true);
}

SimulationReport FirstCome::report() const {
  SimulationReport report;
  report.finish.reserve(programs_.size());
  for (const SharedState& rank : strands_.ranks()) {
    const Strand& strand = strands_.all()[report.finish.size()];
    report.rounds = std::max<std::int64_t>(report.rounds, strand.rounds);
    report.finish.push_back(strand.end);
    report.bytes_sent_max = std::max(report.bytes_sent_max, rank.bytes_sent);
    report.bytes_sent_total += rank.bytes_sent;
  }
  report.time = *std::max_element(report.finish.begin(), report.finish.end());
  report.messages = message_count_;
  report.memory = instance_.reserved() + programs_.size() * sizeof(Program) + strands_.reserved() +
                  messages_.capacity() * sizeof(ComingMessage) + queues_.size() * sizeof(StrandQueues) +
                  pool_.reserved() + events_.reserved();
  report.engine = Engine::kEventQueue;
  report.evaluated = input_.schedule.ranks();
  return report;
}

SimulationReport run_first_come(const SimulationInput& input) {
  return FirstCome(input).run();
}

}  // namespace ringwood
