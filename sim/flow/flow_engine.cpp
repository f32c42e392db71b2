#include "sim/flow/flow_engine.hpp"

#include <algorithm>
#include <bit>

#include "sim/flow/flow_limit.hpp"

namespace ringwood {

FlowEngine::FlowEngine(const SimulationInput& input)
    : input_(input),
      instance_(input.schedule),
      bytes_(input.layout),
      costs_(input.machine, input.mapping, input.layout.total_bytes()),
      charges_(costs_, input.machine.gamma, input.options.stragglers),
      links_(input.machine, input.options.flow.nic_bandwidth),
      network_(links_, input.mapping, input.options.flow, burst_of(input.machine)),
      messages_(input.options.flow.rates),
      ranks_(static_cast<std::size_t>(input.schedule.ranks())),
      traces_(input.options.critical_path),
      binds_rounds_(costs_.may_wait_for_receives()) {}

SimulationReport FlowEngine::run() {
  strands_.resize(ranks_.size());
  if (!input_.options.noise.none()) {
    noise_.emplace(input_.options.noise, input_.schedule.ranks());
  }
  for (const Straggler& straggler : input_.options.stragglers) {
    const auto rank = static_cast<std::size_t>(straggler.rank);
    ranks_[rank].cpu = straggler.arrival;
    strands_[rank].end = straggler.arrival;
  }
  for (Rank rank = 0; rank < input_.schedule.ranks(); ++rank) {
    FlowStrand& strand = strands_[static_cast<std::size_t>(rank)];
    strand.own = instance_.program(rank);
    strand.rank = rank;
    proceed(static_cast<FlowStrandId>(rank));
  }
  proceed_runnable();
  for (Picoseconds now = next_time(); now != kNever; now = next_time()) {
    step(now);
  }
  check_all_ended();
  return report();
}

Picoseconds FlowEngine::next_time() {
  const Picoseconds event = events_.empty() ? kNever : events_.top().time;
  return std::min({network_.next_end(), messages_.next_start(), event});
}

/// All that happens at one point in time, so that the network is solved once for it.
void FlowEngine::step(Picoseconds now) {
  ended_.clear();
  if (network_.next_end() == now) {
    network_.take_ended(now, ended_);
  }
  for (std::size_t i = 0; i < ended_.size(); ++i) {
    prefetch_for(i);
    complete(now, ended_[i]);
  }
  proceed_runnable();
  while (!events_.empty() && events_.top().time == now) {
    const FlowStrandId id = events_.top().strand;
    events_.pop();
    serve_operation(id);
    proceed(id);
    proceed_runnable();
  }
  messages_.take_starting(now, started_);
  for (std::size_t i = 0; has_credit_ && i < started_.size(); ++i) {
    started_[i].bytes = carried(messages_[started_[i].message]);
  }
  network_.change(now, started_);
}

/// The cache misses of the messages to come overlap with the work on this one.
void FlowEngine::prefetch_for(std::size_t index) {
  constexpr std::size_t kAhead = 12;
  if (index + kAhead < ended_.size()) {
    __builtin_prefetch(&messages_[ended_[index + kAhead].message], 1);
    const FlowStrandId later = messages_[ended_[index + 2 * kAhead / 3].message].receiver;
    const auto* strand = reinterpret_cast<const std::byte*>(&strands_[later]);
    __builtin_prefetch(strand, 1);
    __builtin_prefetch(strand + 64, 1);
    __builtin_prefetch(strand + 128, 1);
    const auto* rank =
        reinterpret_cast<const std::byte*>(&rank_of(strands_[messages_[ended_[index + kAhead / 3].message].receiver]));
    __builtin_prefetch(rank, 1);
    __builtin_prefetch(rank + 64, 1);
    FlowStrand& soon = strands_[messages_[ended_[index + kAhead / 3].message].receiver];
    soon.program().prefetch();
    // The round lies in the frame of the program that yielded it, which may be nested in the other.
    if (const auto* round = reinterpret_cast<const std::byte*>(soon.round.data()); round != nullptr) {
      for (std::ptrdiff_t line = -2; line < 2; ++line) {
        __builtin_prefetch(round + line * 64, 1);
      }
    }
  }
}

void FlowEngine::complete(Picoseconds now, const FlowEnd& end) {
  FlowMessage& message = messages_[end.message];
  message.end = now + end.detour;
  message.bottleneck = end.bottleneck;
  const bool awaited = message.awaited;
  const FlowStrandId receiver = message.receiver;
  if (awaited) {
    strands_[receiver].waits = FlowWaits::kNot;
    proceed(receiver);
  }
}

void FlowEngine::proceed_runnable() {
  while (!runnable_.empty()) {
    const FlowStrandId id = runnable_.back();
    runnable_.pop_back();
    proceed(id);
  }
}

/// Takes a strand as far as it goes.
void FlowEngine::proceed(FlowStrandId id) {
  for (;;) {
    FlowStrand& strand = strands_[id];
    if (strand.current == kNoMessage) {
      skip_what_takes_no_time(strand);
    }
    Picoseconds ready = strand.latest_match;
    if (strand.at_end() ? !may_leave_round(strand) : !is_ready(id, ready)) {
      return;
    }
    if (strand.at_end() && strand.latest_match <= strand.end) {
      if (!advance(id)) {
        return;
      }
      continue;
    }
    if (rank_of(strand).running > 1) {
      strand.time = std::max(strand.time, ready);
      events_.push({strand.time, strand.rank, strand.lane, id});
      return;
    }
    serve_operation(id);
  }
}

void FlowEngine::skip_what_takes_no_time(FlowStrand& strand) {
  for (; !strand.at_end(); ++strand.position) {
    const Operation& operation = strand.operation();
    if ((operation.kind == OperationKind::kSend) != strand.in_sends()) {
      continue;
    }
    strand.bytes = bytes_.of(operation.chunks);
    if (strand.bytes == 0) {
      continue;
    }
    strand.kind = operation.kind;
    strand.peer = operation.peer;
    strand.rounds += strand.counted ? 0 : 1;
    strand.counted = true;
    if (operation.kind != OperationKind::kCopy) {
      return;
    }
  }
}

/// At the end of a round: false if a message of it was not taken yet.
bool FlowEngine::may_leave_round(FlowStrand& strand) {
  if (strand.open_sends > 0) {
    strand.waits = FlowWaits::kRendezvous;
    return false;
  }
  return true;
}

/// False: the strand has ended, or its lanes run.
bool FlowEngine::advance(FlowStrandId id) {
  FlowStrand& strand = strands_[id];
  switch (strand.program().advance()) {
    case Step::kRound:
      strand.round = strand.program().round();
      begin_round(id);
      return true;
    case Step::kFork:
      fork(id);
      return false;
    case Step::kEnd:
      end(id);
      return false;
  }
  return false;
}

void FlowEngine::begin_round(FlowStrandId id) {
  FlowStrand& strand = strands_[id];
  ++strand.pulled;
  strand.position = 0;
  strand.counted = false;
  strand.round_start = strand.end;
  strand.latest_match = 0;
  strand.last_before_round = strand.last;
  if (!strand.round.empty()) {
    const auto peer = static_cast<std::size_t>(strand.round.front().peer);
    __builtin_prefetch(&strands_[peer < ranks_.size() ? peer : 0].waits, 1);  // to whom it will send, in most rounds
  }
  if (binds_rounds_) {
    bind_round(id);
  }
}

void FlowEngine::fork(FlowStrandId id) {
  const std::span<Program> lanes = strands_[id].program().lanes();
  strands_[id].round = {};
  strands_[id].position = 0;
  strands_[id].lane_rounds = 0;
  strands_[id].open_lanes = static_cast<std::int32_t>(lanes.size());
  if (lanes.empty()) {
    runnable_.push_back(id);
    return;
  }
  strands_[id].waits = FlowWaits::kLanes;
  for (Program& program : lanes) {
    const FlowStrandId child_id = add_lane();
    const FlowStrand& parent = strands_[id];
    FlowStrand& child = strands_[child_id];
    child.lane_program = &program;
    child.rank = parent.rank;
    child.lane = program.lane();
    child.parent = id;
    child.time = parent.time;
    child.end = parent.end;
    child.last = parent.last;
    child.pulled = parent.pulled;
    rank_of(child).lanes.push_back(child_id);
    runnable_.push_back(child_id);
  }
  rank_of(strands_[id]).running += static_cast<std::int32_t>(lanes.size()) - 1;
}

FlowStrandId FlowEngine::add_lane() {
  if (free_strands_.empty()) {
    strands_.emplace_back();
    return static_cast<FlowStrandId>(strands_.size() - 1);
  }
  const FlowStrandId id = free_strands_.back();
  free_strands_.pop_back();
  strands_[id] = FlowStrand();
  return id;
}

void FlowEngine::end(FlowStrandId id) {
  FlowStrand& strand = strands_[id];
  strand.waits = FlowWaits::kEnded;
  strand.round = {};
  strand.position = 0;
  if (strand.parent == kNoFlowStrand) {
    strand.own = Program();  // its frame is the next one's
    return;
  }
  FlowStrand& parent = strands_[strand.parent];
  if (strand.end > parent.end || parent.last == kNoOperation) {
    parent.end = strand.end;
    parent.last = strand.last;
  }
  parent.time = std::max(parent.time, strand.time);
  parent.pulled = std::max(parent.pulled, strand.pulled);
  parent.lane_rounds = std::max(parent.lane_rounds, strand.rounds);
  std::erase(rank_of(strand).lanes, id);
  free_strands_.push_back(id);
  if (--parent.open_lanes == 0) {
    parent.rounds += parent.lane_rounds;
    parent.waits = FlowWaits::kNot;
    runnable_.push_back(strand.parent);
  } else {
    --rank_of(strand).running;
  }
}

void FlowEngine::follow(const FlowEngine& before, Picoseconds end) {
  const LogGops& costs = input_.machine.between_hosts;
  const auto levels = std::bit_width(static_cast<std::uint32_t>(ranks_.size()) - 1);
  links_.fill_as(before.links_, end + levels * (costs.L + 2 * costs.o));
}

SimulationReport run_flow(const SimulationInput& input) {
  FlowEngine engine(input);
  if (burst_of(input.machine) == 0) {
    return engine.run();
  }
  // What links let pass at once depends on what was before: a collective follows others like it.
  SimulationOptions options = input.options;
  options.log = nullptr;
  options.operations = nullptr;
  options.critical_path = false;
  const SimulationInput earlier{input.schedule, input.layout, input.machine, input.mapping, options};
  FlowEngine before(earlier);
  engine.follow(before, before.run().time);
  return engine.run();
}

}  // namespace ringwood
