#include <algorithm>
#include <cmath>

#include "sim/flow/flow_limit.hpp"
#include "sim/workload/engine.hpp"

namespace ringwood {

namespace {

/// What a CPU and a NIC are charged together. The CPU does nothing of the strand before its round begins.
[[nodiscard]] RankClocks clocks_of(const TaskCpu& cpu, const TaskNic& nic, Picoseconds round_start) {
  const bool was_idle = cpu.free < round_start;
  return {was_idle ? round_start : cpu.free, nic.out, nic.in, was_idle ? round_start : cpu.busy_since, nic.latest_head};
}

void keep(const RankClocks& clocks, TaskCpu& cpu, TaskNic& nic) {
  cpu.free = clocks.cpu;
  cpu.busy_since = clocks.cpu_busy_since;
  nic.out = clocks.nic_out;
  nic.in = clocks.nic_in;
  nic.latest_head = clocks.latest_head;
}

}  // namespace

TaskCpu& WorkloadEngine::cpu_of(const TaskStrand& strand, const RoundItem& item) {
  return cpus_[static_cast<std::size_t>(strand.rank) * cpus_per_rank_ + item.cpu];
}

TaskNic& WorkloadEngine::nic_of(const TaskStrand& strand, const RoundItem& item) {
  return nics_[static_cast<std::size_t>(strand.rank) * nics_per_rank_ + item.nic];
}

/// The NIC that a message to or from `peer` takes; `direction`: its clock that tells how busy it is.
TaskNic& WorkloadEngine::nic_for(const TaskStrand& strand, const RoundItem& item, Rank peer,
                                 Picoseconds TaskNic::*direction) {
  const NicSet& set = input_.options.nics;
  if (set.count == 1) {
    return nic_of(strand, item);
  }
  const auto first = nics_.begin() + std::ptrdiff_t{strand.rank} * set.count;
  switch (set.choice) {
    case NicSet::Choice::kLeastBusy:
      return *std::ranges::min_element(first, first + set.count, {}, direction);
    case NicSet::Choice::kRail:
      break;
  }
  return first[(std::ptrdiff_t{strand.rank} + peer) % set.count];
}

WorkOfRank WorkloadEngine::work_of(const TaskStrand& strand, const RoundItem& item) {
  const auto processor = static_cast<Rank>(static_cast<std::size_t>(strand.rank) * cpus_per_rank_ + item.cpu);
  return {noise_ ? &*noise_ : nullptr, processor};
}

/// The operation at which a strand is, which is ready; at the end of a round, the end of its rendezvous.
void WorkloadEngine::serve(TaskStrandId id) {
  TaskStrand& strand = strands_[id];
  if (strand.role == StrandRole::kCourier) {
    deliver(strand.message);
    remove_strand(id);
    return;
  }
  if (strand.position == strand.round.size() || strand.role == StrandRole::kRendezvous) {
    const RoundItem item = strand.round.empty() ? RoundItem{} : strand.round.front();
    const Picoseconds matched = std::max(strand.latest_match, strand.end);
    TaskCpu& cpu = cpu_of(strand, item);
    TaskNic& nic = nic_of(strand, item);
    RankClocks clocks = clocks_of(cpu, nic, 0);
    wait_until(clocks, matched);
    clocks.nic_out = input_.options.nics.count > 1 ? nic.out : clocks.nic_out;  // it is not known which one has waited
    keep(clocks, cpu, nic);
    strand.end = matched;
    const bool is_send = strand.role == StrandRole::kRendezvous;
    const Rank rank = strand.rank;
    const TaskId task = strand.task;
    end_round(id);
    if (is_send) {
      end_task(rank, task, matched);
    }
    return;
  }
  const RoundItem& item = strand.round[strand.position];
  ++strand.position;
  switch (item.kind) {
    case RoundItem::Kind::kSend:
      send(id, item);
      break;
    case RoundItem::Kind::kReceive:
      receive(id, item);
      break;
    case RoundItem::Kind::kReduce:
      occupy(strand, item, charges_.of(strand.rank).reduction(item.bytes), kNoTask);
      break;
    case RoundItem::Kind::kCompute:
      occupy(strand, item, item.duration, item.task);
      break;
  }
  if (strand.end > kLatestTime) {
    throw_too_late(strand.rank);
  }
  schedule_next(id);
}

void WorkloadEngine::send(TaskStrandId id, const RoundItem& item) {
  TaskStrand& strand = strands_[id];
  if (item.peer < 0 || item.peer >= input_.graph.size()) {
    throw_bad_peer(strand.rank, strand.pulled, item.peer, input_.graph.size());
  }
  TaskCpu& cpu = cpu_of(strand, item);
  TaskNic& nic = nic_for(strand, item, item.peer, &TaskNic::out);
  const CostClass cost_class = costs_.class_of(strand.rank, item.peer);
  const MessageCharges charges = charges_.of(strand.rank).of(cost_class, item.bytes).charges;
  RankClocks clocks = clocks_of(cpu, nic, strand.round_start);
  const ServedSend served = serve_send(clocks, strand.round_start, charges, CompareTimes{}, work_of(strand, item));
  if (is_flow()) {
    clocks.nic_out = served.start + costs_[cost_class].g;
  }
  order_sensitive_ += served.order_sensitive ? 1 : 0;
  keep(clocks, cpu, nic);
  strand.end = clocks.cpu;
  bytes_sent_ += item.bytes;
  ++message_count_;
  if (input_.options.log != nullptr) {
    input_.options.log->push_back({strand.rank, item.peer, strand.lane, item.bytes});
  }
  log(strand, {.start = served.start, .bytes = item.bytes, .peer = item.peer, .kind = LoggedOperation::Kind::kSend});
  begin_task(strand, item.task, served.start, served.start - strand.round_start);
  FlowMessage message;
  message.head = served.head;
  message.end = is_flow() ? kNever : served.head;
  message.bytes = item.bytes;
  message.source = strand.rank;
  message.destination = item.peer;
  message.lane = item.channel;
  message.cost_class = cost_class;
  message.sender = id;
  message.eager = charges.eager;
  message.sent = item.task == kNoTask ? strand.origin : item.task;
  hand_over(id, item, message);
}

/// A message that was sent goes on its way.
void WorkloadEngine::hand_over(TaskStrandId id, const RoundItem& item, const FlowMessage& message) {
  const MessageId sent = messages_.add(message);
  if (is_flow()) {
    messages_.schedule(sent, limit_of(message));
  }
  if (!message.eager) {
    await_match(id, item, sent);
  }
  if (!mail_->has_wildcards(item.peer, item.channel)) {
    deliver(sent);
  } else if (!is_flow()) {
    const TaskStrandId courier = add_strand(item.peer, StrandRole::kCourier);
    strands_[courier].message = sent;
    strands_[courier].order = -1;
    queue(courier, message.head);
  }
  const TaskStrand& strand = strands_[id];
  if (message.eager && item.task != kNoTask) {
    end_task(strand.rank, item.task, strand.end);
  }
}

/// What waits for the receive of a message: the round of a program; of a task, nothing else that it is posted with.
void WorkloadEngine::await_match(TaskStrandId sender, const RoundItem& item, MessageId message) {
  TaskStrand& strand = strands_[sender];
  if (strand.role == StrandRole::kProgram) {
    ++strand.open_sends;
    return;
  }
  const TaskStrandId id = add_strand(strand.rank, StrandRole::kRendezvous);
  TaskStrand& waiting = strands_[id];
  waiting.round.push_back(item);
  waiting.task = item.task;
  waiting.order = strand.order;
  waiting.end = strand.end;
  waiting.time = strand.time;
  waiting.waits = StrandWaits::kRendezvous;
  messages_[message].sender = id;
}

/// Hands a message to the receive that takes it, if it is posted already.
void WorkloadEngine::deliver(MessageId id) {
  const FlowMessage& message = messages_[id];
  if (const auto receive = mail_->deliver(message.destination, {message.source, message.lane}, id)) {
    bind(*receive, id);
  }
}

void WorkloadEngine::bind(const PostedReceive& receive, MessageId id) {
  TaskStrand& strand = strands_[receive.strand];
  strand.round[receive.place].message = id;
  FlowMessage& message = messages_[id];
  if (is_flow() && !message.eager) {
    match(id, std::max(message.head, strand.round_start));
  }
  if (strand.waits == StrandWaits::kMessage && strand.position == receive.place) {
    strand.waits = StrandWaits::kNot;
    schedule_next(receive.strand);
  }
}

/// The message has its receive since `time`: tells who sent it.
void WorkloadEngine::match(MessageId id, Picoseconds time) {
  const TaskStrandId sender_id = messages_[id].sender;
  TaskStrand& sender = strands_[sender_id];
  sender.latest_match = std::max(sender.latest_match, time);
  if (sender.role == StrandRole::kRendezvous) {
    sender.waits = StrandWaits::kNot;
    queue(sender_id, std::max(time, sender.end));
    return;
  }
  if (--sender.open_sends == 0 && sender.waits == StrandWaits::kRendezvous) {
    sender.waits = StrandWaits::kNot;
    schedule_next(sender_id);
  }
}

/// In the flow model: the last byte of a message is there.
void WorkloadEngine::complete(Picoseconds now, const FlowEnd& end) {
  FlowMessage& message = messages_[end.message];
  message.end = now;
  message.bottleneck = end.bottleneck;
  if (message.awaited) {
    strands_[message.receiver].waits = StrandWaits::kNot;
    schedule_next(message.receiver);
  } else if (mail_->has_wildcards(message.destination, message.lane)) {
    deliver(end.message);
  }
}

void WorkloadEngine::receive(TaskStrandId id, const RoundItem& item) {
  TaskStrand& strand = strands_[id];
  const MessageId message_id = item.message;
  const FlowMessage message = messages_[message_id];
  const Picoseconds reduction = charges_.of(strand.rank).of(message.cost_class, message.bytes).reduction;
  const TakenMessage taken = is_flow() ? take_flow(strand, item, message) : take_loggops(strand, item, message);
  if (!is_flow() && !message.eager) {
    match(message_id, std::max(taken.taken_in, strand.round_start));
  }
  log(strand,
      {.start = taken.start, .bytes = message.bytes, .peer = message.source, .kind = LoggedOperation::Kind::kReceive});
  messages_.release(message_id);
  if (item.reduces) {
    occupy(strand, item, reduction, kNoTask);
  }
  if (item.task == kNoTask) {
    strand.origin = taken.by_message ? static_cast<TaskId>(message.sent) : strand.origin;
    return;
  }
  begin_task(strand, item.task, taken.start, taken.by_message ? 0 : taken.start - strand.round_start);
  if (taken.by_message && input_.options.path) {
    records_[item.task].cause = static_cast<TaskId>(message.sent);
    records_[item.task].by_begin = true;
  }
  end_task(strand.rank, item.task, strand.end);
  if (item.fused != kNoTask) {
    occupy(strand, item, item.duration, item.fused);
  }
}

/// Charges the receiver of a message whose last byte came through links that it shared.
WorkloadEngine::TakenMessage WorkloadEngine::take_flow(TaskStrand& strand, const RoundItem& item,
                                                       const FlowMessage& message) {
  TaskCpu& cpu = cpu_of(strand, item);
  TaskNic& nic = nic_of(strand, item);
  RankClocks clocks = clocks_of(cpu, nic, strand.round_start);
  const Picoseconds before = std::max(clocks.cpu, strand.end);
  const Picoseconds taken_in = std::max(message.end, clocks.nic_in);
  const Picoseconds start = std::max(taken_in, clocks.cpu);
  order_sensitive_ += message.end < clocks.cpu_busy_since ? 1 : 0;
  clocks.nic_in = taken_in + costs_[message.cost_class].g;
  const Picoseconds cost = charges_.of(strand.rank).of(message.cost_class, message.bytes).charges.cpu;
  occupy_cpu(clocks, start, work_of(strand, item)(start, cost), CompareTimes{});
  keep(clocks, cpu, nic);
  strand.end = clocks.cpu;
  return {taken_in, start, taken_in >= before};
}

WorkloadEngine::TakenMessage WorkloadEngine::take_loggops(TaskStrand& strand, const RoundItem& item,
                                                          const FlowMessage& message) {
  TaskCpu& cpu = cpu_of(strand, item);
  TaskNic& nic = nic_for(strand, item, message.source, &TaskNic::in);
  RankClocks clocks = clocks_of(cpu, nic, strand.round_start);
  const Picoseconds before = std::max(clocks.cpu, strand.end);
  const WorkOfRank work = work_of(strand, item);
  const MessageCharges& charges = charges_.of(strand.rank).of(message.cost_class, message.bytes).charges;
  const ServedReceive served = input_.options.form == LogGopsForm::kTextbook
                                   ? serve_receive<LogGopsForm::kTextbook>(clocks, message.head, charges, {}, work)
                                   : serve_receive<LogGopsForm::kSimulator>(clocks, message.head, charges, {}, work);
  order_sensitive_ += served.order_sensitive ? 1 : 0;
  keep(clocks, cpu, nic);
  strand.end = clocks.cpu;
  return {served.taken_in, served.cpu_start, served.cpu_ready >= before};
}

/// Holds the strand's CPU.
void WorkloadEngine::occupy(TaskStrand& strand, const RoundItem& item, Picoseconds cost, TaskId task) {
  TaskCpu& cpu = cpu_of(strand, item);
  const Picoseconds ready = task == kNoTask || task == item.fused ? strand.end : strand.round_start;
  RankClocks clocks = clocks_of(cpu, {}, ready);
  const Picoseconds start = clocks.cpu;
  const bool is_slow = task != kNoTask && !slow_percent_.empty();
  const std::int64_t percent = is_slow ? slow_percent_[static_cast<std::size_t>(strand.rank)] : 100;
  const Picoseconds duration = percent == 100 ? cost : cost / 100 * percent + cost % 100 * percent / 100;
  serve_reduction(clocks, duration, work_of(strand, item));
  cpu.free = clocks.cpu;
  cpu.busy_since = clocks.cpu_busy_since;
  strand.end = clocks.cpu;
  log(strand, {.start = start, .bytes = item.bytes, .peer = -1, .kind = LoggedOperation::Kind::kReduce});
  if (task != kNoTask) {
    compute_[static_cast<std::size_t>(strand.rank)] += clocks.cpu - start;
    begin_task(strand, task, start, start - ready);
    if (task == item.fused && input_.options.path) {
      records_[task].cause = item.task;
    }
    end_task(strand.rank, task, strand.end);
  }
}

void WorkloadEngine::begin_task(const TaskStrand& strand, TaskId task, Picoseconds begin, Picoseconds waiting) {
  if (task == kNoTask) {
    return;
  }
  if (input_.options.path) {
    TaskRecord& record = records_[task];
    record.begin = begin;
    record.waiting = waiting;
    record.cause = groups_[strand.group].cause;
    record.by_begin = false;
  }
  release(groups_.waiting_for_begin(task), task, begin);
}

void WorkloadEngine::end_task(Rank rank, TaskId task, Picoseconds end) {
  --unfinished_;
  if (input_.options.path) {
    records_[task].end = end;
  }
  const auto at = static_cast<std::size_t>(rank);
  finish_.resize(input_.graph.ranks.size());
  finish_[at] = std::max(finish_[at], end);
  release(groups_.waiting_for_end(task), task, end);
}

void WorkloadEngine::log(const TaskStrand& strand, LoggedOperation operation) {
  if (input_.options.operations != nullptr) {
    operation.end = strand.end;
    operation.rank = strand.rank;
    operation.lane = strand.lane;
    operation.round = strand.pulled;
    input_.options.operations->push_back(operation);
  }
}

/// Bytes per picosecond that a message cannot pass, whatever the links.
double WorkloadEngine::limit_of(const FlowMessage& message) const {
  return flow_limit(input_.machine, costs_[message.cost_class],
                    input_.mapping[static_cast<std::size_t>(message.source)] !=
                        input_.mapping[static_cast<std::size_t>(message.destination)]);
}

}  // namespace ringwood
