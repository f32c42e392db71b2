#include <algorithm>
#include <cmath>

#include "sim/flow/flow_engine.hpp"
#include "sim/flow/flow_limit.hpp"

namespace ringwood {

/// False: the strand waits.
bool FlowEngine::is_ready(FlowStrandId id, Picoseconds& ready) {
  FlowStrand& strand = strands_[id];
  switch (strand.kind) {
    case OperationKind::kSend:
      ready = strand.round_start;
      return true;
    case OperationKind::kReduce:
    case OperationKind::kCopy:
      ready = strand.end;
      return true;
    case OperationKind::kReceive:
    case OperationKind::kReceiveReduce:
      break;
  }
  if (strand.current == kNoMessage) {
    strand.current = find_message(id, strand.peer);
  }
  if (strand.current == kNoMessage) {
    check_peer(strand, strand.peer);
    strand.waits = FlowWaits::kSend;
    strand.waits_for = strand.peer;
    return false;
  }
  FlowMessage& message = messages_[strand.current];
  if (message.end == kNever) {
    message.awaited = true;
    message.receiver = id;
    strand.waits = FlowWaits::kEnd;
    return false;
  }
  ready = std::max(message.end, strand.round_start);
  return true;
}

MessageId FlowEngine::find_message(FlowStrandId id, Rank source) {
  const FlowStrand& strand = strands_[id];
  if (binds_rounds_) {
    return bound_[id][strand.position - strand.round.size()];
  }
  const std::uint32_t index = pool_.take(rank_of(strand).inbox, source, strand.lane);
  return index == MessagePool::kNone ? kNoMessage : pool_.at(index).cost_class;
}

/// The operation at which a strand is, which is ready; at the end of a round, the end of its rendezvous.
void FlowEngine::serve_operation(FlowStrandId id) {
  FlowStrand& strand = strands_[id];
  if (strand.at_end()) {
    leave_rendezvous(strand);
    return;
  }
  const Bytes bytes = strand.bytes;
  switch (strand.kind) {
    case OperationKind::kSend:
      send(id, strand.peer, bytes);
      break;
    case OperationKind::kReceive:
      receive(strand, bytes);
      break;
    case OperationKind::kReceiveReduce:
      receive(strand, bytes);
      reduce(strand, bytes);
      break;
    case OperationKind::kReduce:
      reduce(strand, bytes);
      break;
    case OperationKind::kCopy:
      break;
  }
  ++strand.position;
  if (strand.end > kLatestTime) {
    throw_too_late(strand.rank);
  }
}

void FlowEngine::send(FlowStrandId id, Rank peer, Bytes bytes) {
  FlowStrand& strand = strands_[id];
  check_peer(strand, peer);
  FlowRank& rank = rank_of(strand);
  const CostClass cost_class = costs_.class_of(strand.rank, peer);
  const LogGops& costs = costs_[cost_class];
  const MessageCharges charges = charges_.of(strand.rank).of(cost_class, bytes).charges;
  const Picoseconds start = std::max(rank.cpu, rank.nic_out);
  // The certificate of model/loggops.hpp.
  order_sensitive_ += std::max(strand.round_start, rank.nic_out) < rank.cpu_busy_since ? 1 : 0;
  const WorkOfRank work = work_of(strand.rank);
  const Picoseconds injected = work(start, charges.overhead);
  rank.occupy(start, work(injected, charges.cpu - charges.overhead));
  rank.nic_out = start + costs.g;
  rank.bytes_sent += bytes;
  ++message_count_;
  if (traces_) {
    strand.last = trace_.add({.cause = {strand.last, false, start - strand.end},
                              .service = rank.cpu - start,
                              .injection = charges.overhead,
                              .latency = charges.latency,
                              .bytes = bytes,
                              .rank = strand.rank,
                              .round = strand.pulled - 1,
                              .kind = SimulatedOperation::Kind::kSend});
  }
  strand.end = rank.cpu;
  log(strand, {.start = start, .bytes = bytes, .peer = peer, .kind = LoggedOperation::Kind::kSend});
  if (input_.options.log != nullptr) {
    input_.options.log->push_back({strand.rank, peer, strand.lane, bytes});
  }
  FlowMessage message;
  message.head = injected + charges.latency;
  message.bytes = bytes;
  message.source = strand.rank;
  message.destination = peer;
  message.lane = strand.lane;
  message.cost_class = cost_class;
  message.sender = id;
  message.eager = charges.eager;
  message.sent = strand.last;
  strand.open_sends += message.eager ? 0 : 1;
  const MessageId sent = messages_.add(message);
  messages_.schedule(sent, limit_of(message));
  has_credit_ = has_credit_ || costs.corrections != nullptr;
  deliver(sent);
}

/// Tells the receiver of a message that it is on its way.
void FlowEngine::deliver(MessageId id) {
  FlowMessage& message = messages_[id];
  const FlowStrandId receiver = receiver_of(message);
  if (receiver != kNoFlowStrand) {
    FlowStrand& strand = strands_[receiver];
    if (binds_rounds_) {
      if (bind_in_round(receiver, id)) {
        return;
      }
    } else if (strand.waits == FlowWaits::kSend && strand.waits_for == message.source) {
      strand.current = id;
      strand.waits = FlowWaits::kEnd;
      message.awaited = true;
      message.receiver = receiver;
      return;
    }
  }
  FlowRank& rank = ranks_[static_cast<std::size_t>(message.destination)];
  pool_.push(rank.inbox, {message.head, message.source, message.lane, id, 0});
}

/// The strand that runs the message's lane at its destination, if any does now.
FlowStrandId FlowEngine::receiver_of(const FlowMessage& message) const {
  const auto runs_lane = [&](FlowStrandId id) {
    const FlowStrand& strand = strands_[id];
    return strand.lane == message.lane && strand.waits != FlowWaits::kLanes && strand.waits != FlowWaits::kEnded;
  };
  const auto main = static_cast<FlowStrandId>(message.destination);
  if (runs_lane(main)) {
    return main;
  }
  const std::vector<FlowStrandId>& lanes = ranks_[main].lanes;
  const auto found = std::find_if(lanes.begin(), lanes.end(), runs_lane);
  return found == lanes.end() ? kNoFlowStrand : *found;
}

/// Gives the receives of a round that begins the messages that are on their way already.
void FlowEngine::bind_round(FlowStrandId id) {
  if (bound_.size() < strands_.size()) {
    bound_.resize(strands_.size());
  }
  const FlowStrand& strand = strands_[id];
  bound_[id].assign(strand.round.size(), kNoMessage);
  for (std::size_t i = 0; i < strand.round.size(); ++i) {
    const Operation& operation = strand.round[i];
    if ((operation.kind != OperationKind::kReceive && operation.kind != OperationKind::kReceiveReduce) ||
        input_.layout.bytes(operation.chunks) == 0) {
      continue;
    }
    const std::uint32_t index = pool_.take(rank_of(strand).inbox, operation.peer, strand.lane);
    if (index != MessagePool::kNone) {
      bound_[id][i] = pool_.at(index).cost_class;
      match(messages_[bound_[id][i]], strand);
    }
  }
}

/// Gives a message to the first receive of the strand's round that has none and can have it. False: there is none.
bool FlowEngine::bind_in_round(FlowStrandId id, MessageId message_id) {
  FlowStrand& strand = strands_[id];
  FlowMessage& message = messages_[message_id];
  const std::size_t passed = strand.in_sends() ? 0 : strand.position - strand.round.size();
  for (std::size_t i = passed; i < strand.round.size(); ++i) {
    const Operation& operation = strand.round[i];
    const bool receives = operation.kind == OperationKind::kReceive || operation.kind == OperationKind::kReceiveReduce;
    if (!receives || operation.peer != message.source || bound_[id][i] != kNoMessage ||
        input_.layout.bytes(operation.chunks) == 0) {
      continue;
    }
    bound_[id][i] = message_id;
    match(message, strand);
    if (strand.waits == FlowWaits::kSend && i == passed) {
      strand.current = message_id;
      strand.waits = FlowWaits::kEnd;
      message.awaited = true;
      message.receiver = id;
    }
    return true;
  }
  return false;
}

/// The message has its receive: tells the sender, if that waits for it.
void FlowEngine::match(const FlowMessage& message, const FlowStrand& receiver) {
  if (message.eager) {
    return;
  }
  FlowStrand& sender = strands_[message.sender];
  const Picoseconds matched = std::max(message.head, receiver.round_start);
  if (matched > sender.latest_match) {
    sender.latest_match = matched;
    sender.match_cause = message.head >= receiver.round_start ? Cause{message.sent, true, 0}
                                                              : Cause{receiver.last_before_round, false, 0};
  }
  if (--sender.open_sends == 0 && sender.waits == FlowWaits::kRendezvous) {
    sender.waits = FlowWaits::kNot;
    runnable_.push_back(message.sender);
  }
}

void FlowEngine::leave_rendezvous(FlowStrand& strand) {
  FlowRank& rank = rank_of(strand);
  if (traces_) {
    strand.last = trace_.add({.cause = strand.match_cause,
                              .rank = strand.rank,
                              .round = strand.pulled - 1,
                              .kind = SimulatedOperation::Kind::kMatch});
  }
  rank.occupy(std::max(rank.cpu, strand.latest_match), std::max(rank.cpu, strand.latest_match));
  rank.nic_out = std::max(rank.nic_out, strand.latest_match);
  strand.end = strand.latest_match;
}

void FlowEngine::receive(FlowStrand& strand, Bytes bytes) {
  const FlowMessage& message = messages_[strand.current];
  FlowRank& rank = rank_of(strand);
  const LogGops& costs = costs_[message.cost_class];
  const Picoseconds taken_in = std::max(message.end, rank.nic_in);
  const Picoseconds start = std::max(taken_in, rank.cpu);
  order_sensitive_ += message.end < rank.cpu_busy_since ? 1 : 0;
  rank.nic_in = taken_in + costs.g;
  rank.occupy(start, work_of(strand.rank)(start, charges_.of(strand.rank).of(message.cost_class, bytes).charges.cpu));
  if (traces_) {
    const bool by_message = taken_in >= strand.end;
    const double alone = static_cast<double>(bytes) / limit_of(message);
    strand.last = trace_.add({.cause = by_message ? Cause{message.sent, true, start - message.end}
                                                  : Cause{strand.last, false, start - strand.end},
                              .service = rank.cpu - start,
                              .transfer = message.end - message.head,
                              .alone = std::max(costs.G.of(bytes), static_cast<Picoseconds>(std::llround(alone))),
                              .bytes = bytes,
                              .rank = strand.rank,
                              .round = strand.pulled - 1,
                              .bottleneck = message.bottleneck,
                              .kind = SimulatedOperation::Kind::kReceive});
  }
  strand.end = rank.cpu;
  log(strand, {.start = start, .bytes = bytes, .peer = message.source, .kind = LoggedOperation::Kind::kReceive});
  messages_.release(strand.current);
  strand.current = kNoMessage;
}

void FlowEngine::reduce(FlowStrand& strand, Bytes bytes) {
  FlowRank& rank = rank_of(strand);
  const Picoseconds start = rank.cpu;
  rank.cpu = work_of(strand.rank)(start, charges_.of(strand.rank).reduction(bytes));
  if (traces_) {
    strand.last = trace_.add({.cause = {strand.last, false, start - strand.end},
                              .service = rank.cpu - start,
                              .bytes = bytes,
                              .rank = strand.rank,
                              .round = strand.pulled - 1,
                              .kind = SimulatedOperation::Kind::kReduce});
  }
  strand.end = rank.cpu;
  log(strand, {.start = start, .bytes = bytes, .kind = LoggedOperation::Kind::kReduce});
}

/// What the network has to carry of a message: less than its bytes where messages of that size take less. What cables
/// let pass at once is theirs (FlowNetwork).
Bytes FlowEngine::carried(const FlowMessage& message) const {
  const LogGops& costs = costs_[message.cost_class];
  if (costs.corrections == nullptr || costs.corrections->burst() > 0 || costs.G.scaled == 0) {
    return message.bytes;
  }
  const auto usual = static_cast<double>(costs.G.of(message.bytes - 1));
  const auto body = static_cast<double>(flight_of(costs, message.bytes).body);
  const double part = usual > body ? body / usual : 1;
  return std::max<Bytes>(1, std::llround(static_cast<double>(message.bytes) * part));
}

/// Bytes per picosecond that a message cannot pass, whatever the links.
double FlowEngine::limit_of(const FlowMessage& message) const {
  return flow_limit(input_.machine, costs_[message.cost_class],
                    input_.mapping[static_cast<std::size_t>(message.source)] !=
                        input_.mapping[static_cast<std::size_t>(message.destination)]);
}

void FlowEngine::check_peer(const FlowStrand& strand, Rank peer) const {
  if (peer < 0 || peer >= input_.schedule.ranks()) {
    throw_bad_peer(strand.rank, strand.pulled - 1, peer, input_.schedule.ranks());
  }
}

/// Adds an operation that has just been served to the log; fills in what the strand knows.
void FlowEngine::keep(const FlowStrand& strand, const LoggedOperation& operation) const {
  LoggedOperation& logged = input_.options.operations->emplace_back(operation);
  logged.end = strand.end;
  logged.rank = strand.rank;
  logged.lane = strand.lane;
  logged.round = strand.pulled - 1;
}

}  // namespace ringwood
