#include "sim/first_come.hpp"

#include <algorithm>

namespace ringwood {

void FirstCome::bind(std::uint32_t id, StrandId receiver, std::uint32_t position) {
  ComingMessage& message = messages_[id];
  message.receiver = receiver;
  message.position = position;
  queues_[receiver].bound[position] = id;
  if (message.taken) {
    match(message);
  }
  if (message.state == ComingMessage::State::kWaits) {
    enqueue(id);
  } else if (message.state == ComingMessage::State::kServed) {
    received(id);
  }
}

void FirstCome::enqueue(std::uint32_t id) {
  const ComingMessage& message = messages_[id];
  const bool for_nic = nic_takes_in_ && !message.taken;
  if (message.receiver == kNoStrand) {
    EarlyQueues& early = early_[static_cast<std::size_t>(message.destination)];
    (for_nic ? early.arrivals : early.messages)
        .push({message.ready, message.round, message.source, id, message.serial});
  } else {
    StrandQueues& queues = queues_[message.receiver];
    const std::uint64_t index = index_of(strands_[message.receiver], message.position);
    (for_nic ? queues.arrivals : queues.messages).push({index, message.ready, id});
  }
}

void FirstCome::now_ready(std::uint32_t id) {
  messages_[id].state = ComingMessage::State::kWaits;
  enqueue(id);
  wake(messages_[id].destination, now_);
}

void FirstCome::drop_posted(EarliestFirst<EarlyMessage>& early) {
  const auto is_posted = [this](const EarlyMessage& entry) {
    const ComingMessage& message = messages_[entry.message];
    return message.serial != entry.serial || message.receiver != kNoStrand;
  };
  while (!early.empty() && is_posted(early.top())) {
    early.pop();
  }
}

bool FirstCome::take_in(Rank rank) {
  RankClocks& clocks = strands_.rank(rank).clocks;
  if (!nic_takes_in_ || clocks.nic_in > now_) {
    return false;
  }
  const StrandId strand = first_of(rank, [this](StrandId id) {
    return queues_[id].arrivals.empty() ? Picoseconds{-1} : queues_[id].arrivals.top().ready;
  });
  std::uint32_t id = kNoMessageId;
  if (strand != kNoStrand) {
    id = queues_[strand].arrivals.top().message;
    queues_[strand].arrivals.pop();
  } else {
    EarliestFirst<EarlyMessage>& early = early_[static_cast<std::size_t>(rank)].arrivals;
    drop_posted(early);
    if (early.empty()) {
      return false;
    }
    id = early.top().message;
    early.pop();
  }
  const MessageCharges& charges = charges_of(messages_[id]);
  clocks.nic_in = now_ + charges.nic;
  wake(rank, clocks.nic_in);
  messages_[id].ready = now_ + charges.body;
  messages_[id].state = ComingMessage::State::kOnTheWay;
  begun(id);
  events_.push({messages_[id].ready, rank, kReadyEvent, id});
  return true;
}

const MessageCharges& FirstCome::charges_of(const ComingMessage& message) {
  return charges_.of(message.destination).of_received(message.cost_class, message.bytes).charges;
}

void FirstCome::begun(std::uint32_t id) {
  messages_[id].taken = true;
  if (messages_[id].receiver != kNoStrand) {
    match(messages_[id]);
  }
}

bool FirstCome::serve_cpu(Rank rank) {
  RankClocks& clocks = strands_.rank(rank).clocks;
  if (clocks.cpu > now_) {
    return false;
  }
  const bool may_receive = nic_takes_in_ || clocks.nic_in <= now_;
  const StrandId strand = first_of(rank, [&](StrandId id) { return next_ready(id, may_receive, clocks); });
  if (strand != kNoStrand) {
    serve(strand, may_receive, clocks);
  } else {
    EarliestFirst<EarlyMessage>& early = early_[static_cast<std::size_t>(rank)].messages;
    drop_posted(early);
    if (!may_receive || early.empty()) {
      return false;
    }
    const std::uint32_t id = early.top().message;
    early.pop();
    serve_message(id, clocks);
  }
  if (clocks.cpu > kLatestTime) {
    throw_too_late(rank);
  }
  wake(rank, clocks.cpu);
  return true;
}

Picoseconds FirstCome::next_ready(StrandId id, bool may_receive, const RankClocks& clocks) {
  Strand& strand = strands_[id];
  const StrandQueues& queues = queues_[id];
  if (strand.waits == Waits::kNot && next_send(strand) != nullptr && clocks.nic_out <= now_) {
    return strand.round_start;
  }
  const EarliestFirst<ReadyOperation>* queue = next_queue(queues, may_receive);
  return queue == nullptr ? -1 : queue->top().ready;
}

const Operation* FirstCome::next_send(Strand& strand) {
  for (; strand.position < strand.round.size(); ++strand.position) {
    const Operation& operation = strand.round[strand.position];
    if (operation.kind == OperationKind::kSend && bytes_.of(operation.chunks) > 0) {
      return &operation;
    }
  }
  return nullptr;
}

void FirstCome::serve(StrandId id, bool may_receive, RankClocks& clocks) {
  if (const Operation* operation = next_send(strands_[id]); operation != nullptr && clocks.nic_out <= now_) {
    send(id, *operation, clocks);
    return;
  }
  StrandQueues& queues = queues_[id];
  const bool reduces = next_queue(queues, may_receive) == &queues.reductions;
  EarliestFirst<ReadyOperation>& queue = reduces ? queues.reductions : queues.messages;
  const ReadyOperation operation = queue.top();
  queue.pop();
  if (reduces) {
    reduce(id, static_cast<std::uint32_t>(operation.index), now_);
  } else {
    serve_message(operation.message, clocks);
  }
}

void FirstCome::send(StrandId id, const Operation& operation, RankClocks& clocks) {
  Strand& strand = strands_[id];
  const std::uint32_t position = strand.position++;
  const Bytes bytes = bytes_.of(operation.chunks);
  const CostClass cost_class = costs_.class_of(strand.rank, operation.peer);
  const MessageCharges& charges = charges_.of(strand.rank).of(cost_class, bytes).charges;
  const Picoseconds injected = noise_.finish(strand.rank, now_, charges.overhead);
  clocks.cpu = noise_.finish(strand.rank, injected, charges.cpu - charges.overhead);
  clocks.nic_out = now_ + charges.nic;
  wake(strand.rank, clocks.nic_out);
  log(strand, {.start = now_, .end = clocks.cpu, .bytes = bytes, .peer = operation.peer});
  strands_.rank_of(strand).bytes_sent += bytes;
  ++message_count_;
  if (input_.options.log != nullptr) {
    input_.options.log->push_back({strand.rank, operation.peer, strand.lane, bytes});
  }
  ComingMessage message;
  message.ready = injected + charges.latency;
  message.bytes = bytes;
  message.serial = message_count_;
  message.round = strand.pulled;
  message.source = strand.rank;
  message.destination = operation.peer;
  message.lane = strand.lane;
  message.cost_class = cost_class;
  message.sender = id;
  message.eager = charges.eager;
  deliver(add(message));
  if (charges.eager) {
    complete(id, position, clocks.cpu);
  } else {
    strand.end = std::max(strand.end, clocks.cpu);
  }
}

std::uint32_t FirstCome::add(const ComingMessage& message) {
  if (free_.empty()) {
    messages_.push_back(message);
    return static_cast<std::uint32_t>(messages_.size() - 1);
  }
  const std::uint32_t id = free_.back();
  free_.pop_back();
  messages_[id] = message;
  return id;
}

void FirstCome::deliver(std::uint32_t id) {
  const ComingMessage& message = messages_[id];
  events_.push({message.ready, message.destination, kReadyEvent, id});
  const StrandId receiver = strands_.running_in(message.destination, message.lane);
  const Strand& strand = strands_[receiver];
  if (strand.lane == message.lane && strand.waits == Waits::kNot) {
    const std::vector<std::uint32_t>& bound = queues_[receiver].bound;
    for (std::uint32_t i = 0; i < strand.round.size(); ++i) {
      const Operation& operation = strand.round[i];
      if (receives(operation) && operation.peer == message.source && bound[i] == kNoMessageId &&
          bytes_.of(operation.chunks) > 0) {
        bind(id, receiver, i);
        return;
      }
    }
  }
  pool_.push(strands_.rank(message.destination).inbox, {0, message.source, message.lane, id, 0});
}

void FirstCome::serve_message(std::uint32_t id, RankClocks& clocks) {
  ComingMessage& message = messages_[id];
  const MessageCharges& charges = charges_of(message);
  message.start = now_;
  if (nic_takes_in_) {
    clocks.cpu = noise_.finish(message.destination, now_, charges.cpu);
  } else {
    clocks.cpu = noise_.finish(message.destination, now_, charges.overhead + charges.body);
    clocks.nic_in = now_ + charges.nic;
    wake(message.destination, clocks.nic_in);
    begun(id);
  }
  message.end = clocks.cpu;
  message.state = ComingMessage::State::kServed;
  if (message.receiver != kNoStrand) {
    received(id);
  }
}

void FirstCome::received(std::uint32_t id) {
  const ComingMessage message = messages_[id];
  free_.push_back(id);
  Strand& strand = strands_[message.receiver];
  log(strand, {.start = message.start,
               .end = message.end,
               .bytes = message.bytes,
               .peer = message.source,
               .kind = LoggedOperation::Kind::kReceive});
  const Picoseconds end = std::max(now_, message.end);
  if (strand.round[message.position].kind != OperationKind::kReceiveReduce) {
    complete(message.receiver, message.position, end);
    return;
  }
  strand.end = std::max(strand.end, end);
  if (RankClocks& clocks = strands_.rank_of(strand).clocks; clocks.cpu == message.end && message.end >= now_) {
    reduce(message.receiver, message.position, end);  // at once: the CPU goes on with what it has
  } else {
    queue_reduction(message.receiver, message.position, end);
  }
}

void FirstCome::match(const ComingMessage& message) {
  if (!message.eager) {
    complete(message.sender, kNoPosition, now_);
  }
}

void FirstCome::queue_reduction(StrandId id, std::uint32_t position, Picoseconds ready) {
  queues_[id].reductions.push({index_of(strands_[id], position), ready, kNoMessageId});
  wake(strands_[id].rank, ready);
}

void FirstCome::reduce(StrandId id, std::uint32_t position, Picoseconds start) {
  const Strand& strand = strands_[id];
  RankClocks& clocks = strands_.rank_of(strand).clocks;
  const Bytes bytes = bytes_.of(strand.round[position].chunks);
  clocks.cpu = noise_.finish(strand.rank, start, charges_.of(strand.rank).reduction(bytes));
  log(strand, {.start = start, .end = clocks.cpu, .bytes = bytes, .kind = LoggedOperation::Kind::kReduce});
  wake(strand.rank, clocks.cpu);
  complete(id, position, clocks.cpu);
}

void FirstCome::complete(StrandId id, std::uint32_t position, Picoseconds end) {
  Strand& strand = strands_[id];
  strand.end = std::max(strand.end, end);
  if (position != kNoPosition) {
    queues_[id].done[position] = end;
    queue_reductions(id);
  }
  if (--strand.open == 0) {
    wake(strand.rank, strand.end);
  }
}

void FirstCome::queue_reductions(StrandId id) {
  const Strand& strand = strands_[id];
  StrandQueues& queues = queues_[id];
  Picoseconds ready = strand.round_start;
  for (std::uint32_t i = 0; i < strand.round.size(); ++i) {
    const Operation& operation = strand.round[i];
    if (operation.kind == OperationKind::kSend || operation.kind == OperationKind::kCopy ||
        bytes_.of(operation.chunks) == 0) {
      continue;
    }
    if (operation.kind == OperationKind::kReduce && queues.done[i] == -1) {
      queues.done[i] = kQueued;
      queue_reduction(id, i, ready);
    }
    if (queues.done[i] < 0) {
      return;
    }
    ready = std::max(ready, queues.done[i]);
  }
}

void FirstCome::log(const Strand& strand, LoggedOperation operation) const {
  if (input_.options.operations != nullptr) {
    const Picoseconds end = operation.end;
    operation = of_strand(strand, operation);
    operation.end = end;
    input_.options.operations->push_back(operation);
  }
}

}  // namespace ringwood
