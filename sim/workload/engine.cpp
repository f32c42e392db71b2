#include "sim/workload/engine.hpp"

#include <algorithm>
#include <limits>

#include "sim/flow/flow_limit.hpp"
#include "sim/nics.hpp"

namespace ringwood {

namespace {

/// The longest message that any task or collective can send.
[[nodiscard]] Bytes longest_message(const WorkloadInput& input) {
  Bytes longest = 1;
  for (const RankTasks& rank : input.graph.ranks) {
    for (const Task& task : rank.tasks) {
      const bool is_message = task.kind == TaskKind::kSend || task.kind == TaskKind::kReceive;
      longest = std::max(longest, is_message ? task.amount : 1);
    }
  }
  for (const CallSchedule& call : input.calls) {
    longest = std::max(longest, call.layout->total_bytes());
  }
  return longest;
}

}  // namespace

WorkloadEngine::WorkloadEngine(const WorkloadInput& input, bool posted)
    : input_(input),
      groups_(input.graph, posted),
      costs_(input.machine, input.mapping, longest_message(input)),
      charges_(costs_, input.machine.gamma, input.options.stragglers),
      messages_(false),
      call_times_(input.calls.size(), TaskTimes{kNever, 0}),
      compute_(input.graph.ranks.size()),
      unfinished_(groups_.tasks()) {
  prepare_processors();
  for (const Straggler& straggler : input.options.stragglers) {
    const auto rank = static_cast<std::size_t>(straggler.rank);
    for (std::size_t i = 0; i < cpus_per_rank_; ++i) {
      cpus_[rank * cpus_per_rank_ + i].free = straggler.arrival;
    }
    for (std::size_t i = 0; i < nics_per_rank_; ++i) {
      nics_[rank * nics_per_rank_ + i].out = straggler.arrival;
    }
    if (straggler.cpu_percent != 100) {
      slow_percent_.resize(input.graph.ranks.size(), 100);
      slow_percent_[rank] = straggler.cpu_percent;
    }
  }
  if (is_flow()) {
    links_ = std::make_unique<LinkTable>(input.machine, input.options.flow.nic_bandwidth);
    network_ = std::make_unique<FlowNetwork>(*links_, input.mapping, input.options.flow, burst_of(input.machine));
  }
  if (input.options.path) {
    records_.resize(groups_.tasks());
  }
  prepare_channels();
}

void WorkloadEngine::prepare_processors() {
  const std::size_t ranks = input_.graph.ranks.size();
  for (const RankTasks& rank : input_.graph.ranks) {
    for (const Task& task : rank.tasks) {
      cpus_per_rank_ = std::max(cpus_per_rank_, std::size_t{task.cpu} + 1);
      nics_per_rank_ = std::max(nics_per_rank_, std::size_t{task.nic} + 1);
    }
  }
  const NicSet& nics = input_.options.nics;
  check_nics(nics, input_.options.model);
  if (nics.count > 1) {
    if (nics_per_rank_ > 1) {
      throw Error(ErrorKind::kUsage, "the workload says itself which of " + std::to_string(nics_per_rank_) +
                                         " NICs a message takes; accepted: no --nics");
    }
    nics_per_rank_ = static_cast<std::size_t>(nics.count);
  }
  cpus_.resize(cpus_per_rank_ * ranks);
  nics_.resize(nics_per_rank_ * ranks);
  if (!input_.options.noise.none()) {
    if (cpus_.size() > static_cast<std::size_t>(std::numeric_limits<Rank>::max())) {
      throw Error(ErrorKind::kUsage, "noise on more than 2147483647 processors");
    }
    noise_.emplace(input_.options.noise, static_cast<Rank>(cpus_.size()));
  }
}

void WorkloadEngine::prepare_channels() {
  for (const RankTasks& rank : input_.graph.ranks) {
    for (const Task& task : rank.tasks) {
      if ((task.kind == TaskKind::kSend || task.kind == TaskKind::kReceive) && task.tag != kAnyTag) {
        static_cast<void>(channel_of(0, task.tag));
      }
    }
  }
  mail_ = std::make_unique<TaskMail>(input_.graph.size(), static_cast<Lane>(channels_.size()));
  for (Rank rank = 0; rank < input_.graph.size(); ++rank) {
    for (const Task& task : input_.graph.ranks[static_cast<std::size_t>(rank)].tasks) {
      if (task.kind == TaskKind::kReceive && (task.peer == kAnyRank || task.tag == kAnyTag)) {
        mail_->expect_wildcards(rank);
      }
    }
  }
}

Lane WorkloadEngine::channel_of(std::int64_t context, Lane lane) {
  const auto key = static_cast<std::uint64_t>(context) << 32U | static_cast<std::uint32_t>(lane);
  return channels_.emplace(key, static_cast<Lane>(channels_.size())).first->second;
}

bool WorkloadEngine::run() {
  for (TaskGroupId id = 0; id < groups_.all().size(); ++id) {
    TaskGroup& group = groups_[id];
    group.ready = cpus_[static_cast<std::size_t>(group.rank) * cpus_per_rank_].free;
    if (group.unmet == 0) {
      activate(id);
    }
  }
  advance_runnable();
  for (Picoseconds now = next_time(); now != kNever; now = next_time()) {
    step(now);
  }
  return unfinished_ == 0;
}

Picoseconds WorkloadEngine::next_time() {
  const Picoseconds event = events_.empty() ? kNever : events_.top().time;
  return is_flow() ? std::min({network_->next_end(), messages_.next_start(), event}) : event;
}

/// All that happens at one point in time, so that the network is solved once for it.
void WorkloadEngine::step(Picoseconds now) {
  now_ = now;
  if (is_flow()) {
    ended_.clear();
    if (network_->next_end() == now) {
      network_->take_ended(now, ended_);
    }
    for (const FlowEnd& end : ended_) {
      complete(now, end);
    }
    advance_runnable();
  }
  while (!events_.empty() && events_.top().time == now) {
    const TaskStrandId id = events_.top().strand;
    events_.pop();
    serve(id);
    advance_runnable();
  }
  if (is_flow()) {
    messages_.take_starting(now, started_);
    network_->change(now, started_);
  }
}

/// A requirement of these groups is met.
void WorkloadEngine::release(std::span<const TaskGroupId> groups, TaskId by, Picoseconds time) {
  for (const TaskGroupId id : groups) {
    TaskGroup& group = groups_[id];
    if (time >= group.ready || group.cause == kNoTask) {
      group.ready = std::max(group.ready, time);
      group.cause = by;
    }
    if (--group.unmet == 0) {
      activate(id);
    }
  }
}

void WorkloadEngine::activate(TaskGroupId id) {
  const TaskGroup& group = groups_[id];
  const TaskId first = groups_.members(group).front().task;
  if (groups_.task(group.rank, first).kind == TaskKind::kCollective) {
    start_program(id, first);
    return;
  }
  const TaskStrandId strand = add_strand(group.rank, StrandRole::kGroup);
  strands_[strand].group = id;
  strands_[strand].order = group.order;
  begin_group(strand, group);
}

void WorkloadEngine::begin_group(TaskStrandId id, const TaskGroup& group) {
  TaskStrand& strand = strands_[id];
  strand.round_start = group.ready;
  strand.end = group.ready;
  strand.time = group.ready;
  for (const TaskGroups::Member& member : groups_.members(group)) {
    if (member.fused) {
      strand.round.back().fused = member.task;
      strand.round.back().duration = groups_.task(group.rank, member.task).amount;
    } else {
      strand.round.push_back(item_of(group.rank, member.task));
    }
  }
  post_receives(id);
  schedule_next(id);
}

RoundItem WorkloadEngine::item_of(Rank rank, TaskId id) const {
  const Task& task = groups_.task(rank, id);
  RoundItem item;
  item.cpu = task.cpu;
  item.nic = task.nic;
  item.peer = task.peer;
  item.task = id;
  switch (task.kind) {
    case TaskKind::kCompute:
      item.kind = RoundItem::Kind::kCompute;
      item.duration = task.amount;
      return item;
    case TaskKind::kSend:
      item.kind = RoundItem::Kind::kSend;
      break;
    case TaskKind::kReceive:
      item.kind = RoundItem::Kind::kReceive;
      break;
    case TaskKind::kCollective:
      break;
  }
  item.bytes = std::max<Bytes>(task.amount, 1);  // an empty message is one all the same
  item.channel = task.tag == kAnyTag ? kAnyChannel : channels_.at(static_cast<std::uint32_t>(task.tag));
  return item;
}

void WorkloadEngine::post_receives(TaskStrandId id) {
  const TaskStrand& strand = strands_[id];
  for (std::uint32_t place = 0; place < strand.round.size(); ++place) {
    const RoundItem& item = strand.round[place];
    if (item.kind != RoundItem::Kind::kReceive) {
      continue;
    }
    const PostedReceive receive{id, place};
    if (const auto message = mail_->post(strand.rank, {item.peer, item.channel}, receive)) {
      bind(receive, *message);
    }
  }
}

/// Queues the strand's next operation, if what it needs is there, or the end of the round.
void WorkloadEngine::schedule_next(TaskStrandId id) {
  TaskStrand& strand = strands_[id];
  if (strand.position == strand.round.size()) {
    if (strand.open_sends > 0) {
      strand.waits = StrandWaits::kRendezvous;
    } else if (strand.latest_match > strand.end) {
      queue(id, strand.latest_match);
    } else {
      end_round(id);
    }
    return;
  }
  const RoundItem& item = strand.round[strand.position];
  switch (item.kind) {
    case RoundItem::Kind::kSend:
    case RoundItem::Kind::kCompute:
      queue(id, strand.round_start);
      return;
    case RoundItem::Kind::kReduce:
      queue(id, strand.end);
      return;
    case RoundItem::Kind::kReceive:
      break;
  }
  if (item.message == kNoMessage) {
    strand.waits = StrandWaits::kMessage;
    return;
  }
  FlowMessage& message = messages_[item.message];
  if (message.end == kNever) {
    message.awaited = true;
    message.receiver = id;
    strand.waits = StrandWaits::kMessage;
    return;
  }
  queue(id, std::max(message.end, strand.round_start));
}

void WorkloadEngine::end_round(TaskStrandId id) {
  switch (strands_[id].role) {
    case StrandRole::kProgram:
      runnable_.push_back(id);
      return;
    case StrandRole::kGroup:
    case StrandRole::kRendezvous:
    case StrandRole::kCourier:
      remove_strand(id);
      return;
  }
}

void WorkloadEngine::queue(TaskStrandId id, Picoseconds ready) {
  TaskStrand& strand = strands_[id];
  strand.time = std::max({strand.time, ready, now_});
  events_.push({strand.time, strand.rank, strand.order, id});
}

TaskStrandId WorkloadEngine::add_strand(Rank rank, StrandRole role) {
  TaskStrandId id = static_cast<TaskStrandId>(strands_.size());
  if (free_strands_.empty()) {
    strands_.emplace_back();
  } else {
    id = free_strands_.back();
    free_strands_.pop_back();
    std::vector<RoundItem> round = std::move(strands_[id].round);
    round.clear();
    strands_[id] = TaskStrand();
    strands_[id].round = std::move(round);
  }
  strands_[id].rank = rank;
  strands_[id].role = role;
  return id;
}

void WorkloadEngine::remove_strand(TaskStrandId id) {
  strands_[id].waits = StrandWaits::kEnded;
  strands_[id].own = Program();  // its frame is the next one's
  free_strands_.push_back(id);
}

}  // namespace ringwood
