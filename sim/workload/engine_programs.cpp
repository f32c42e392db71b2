// Collectives: the programs of algorithms, with ranks renumbered by their groups.

#include <algorithm>

#include "sim/workload/engine.hpp"

namespace ringwood {

void WorkloadEngine::start_program(TaskGroupId id, TaskId task_id) {
  const TaskGroup& group = groups_[id];
  const Task& task = groups_.task(group.rank, task_id);
  const auto call = static_cast<std::size_t>(task.amount);
  const CallSchedule& schedule = input_.calls[call];
  auto& instance = instances_[schedule.schedule];
  if (instance == nullptr) {
    instance = std::make_unique<ScheduleInstance>(*schedule.schedule);
  }
  const TaskStrandId strand_id = add_strand(group.rank, StrandRole::kProgram);
  TaskStrand& strand = strands_[strand_id];
  const std::vector<Rank>& members = input_.graph.groups[input_.graph.calls[call].group];
  strand.own = on(RankMap::table(members), ChunkMap{}, instance->program(task.peer));
  strand.program = &strand.own;
  strand.group = id;
  strand.task = task_id;
  strand.origin = task_id;
  strand.order = group.order;
  strand.channel = channel_of(task.amount + 1, 0);
  strand.time = group.ready;
  strand.end = group.ready;
  strand.round_start = group.ready;
  begin_task(strand, task_id, group.ready, 0);
  call_times_[call].begin = std::min(call_times_[call].begin, group.ready);
  runnable_.push_back(strand_id);
}

void WorkloadEngine::advance_runnable() {
  while (!runnable_.empty()) {
    const TaskStrandId id = runnable_.back();
    runnable_.pop_back();
    advance(id);
  }
}

/// Takes a program to its next round that takes time, to a fork, or to its end.
void WorkloadEngine::advance(TaskStrandId id) {
  TaskStrand& strand = strands_[id];
  for (;;) {
    switch (strand.program->advance()) {
      case Step::kRound:
        if (begin_round(strand)) {
          post_receives(id);
          schedule_next(id);
          return;
        }
        continue;
      case Step::kFork:
        fork(id);
        return;
      case Step::kEnd:
        end_program(id);
        return;
    }
  }
}

/// False: nothing in it takes time.
bool WorkloadEngine::begin_round(TaskStrand& strand) {
  ++strand.pulled;
  strand.round.clear();
  strand.position = 0;
  strand.round_start = strand.end;
  strand.latest_match = 0;
  const auto call = static_cast<std::size_t>(groups_.task(strand.rank, strand.task).amount);
  const Layout& layout = *input_.calls[call].layout;
  for (const bool sends : {true, false}) {
    for (const Operation& operation : strand.program->round()) {
      if ((operation.kind == OperationKind::kSend) != sends || operation.kind == OperationKind::kCopy) {
        continue;
      }
      RoundItem item;
      item.bytes = layout.bytes(operation.chunks);
      if (item.bytes == 0) {
        continue;
      }
      item.peer = operation.peer;
      item.channel = strand.channel;
      item.reduces = operation.kind == OperationKind::kReceiveReduce;
      item.kind = sends                                      ? RoundItem::Kind::kSend
                  : operation.kind == OperationKind::kReduce ? RoundItem::Kind::kReduce
                                                             : RoundItem::Kind::kReceive;
      strand.round.push_back(item);
    }
  }
  return !strand.round.empty();
}

void WorkloadEngine::fork(TaskStrandId id) {
  TaskStrand& parent = strands_[id];
  const std::span<Program> lanes = parent.program->lanes();
  parent.open_lanes = static_cast<std::int32_t>(lanes.size());
  if (lanes.empty()) {
    runnable_.push_back(id);
    return;
  }
  parent.waits = StrandWaits::kLanes;
  const std::int64_t context = groups_.task(parent.rank, parent.task).amount + 1;
  for (Program& program : lanes) {
    const TaskStrandId lane_id = add_strand(parent.rank, StrandRole::kProgram);
    TaskStrand& lane = strands_[lane_id];
    lane.program = &program;
    lane.parent = id;
    lane.lane = program.lane();
    lane.channel = channel_of(context, lane.lane);
    lane.group = parent.group;
    lane.task = parent.task;
    lane.origin = parent.origin;
    lane.order = parent.order - parent.lane + lane.lane;
    lane.time = parent.time;
    lane.end = parent.end;
    lane.pulled = parent.pulled;
    runnable_.push_back(lane_id);
  }
}

void WorkloadEngine::end_program(TaskStrandId id) {
  TaskStrand& strand = strands_[id];
  if (strand.parent == kNoTaskStrand) {
    const TaskId task = strand.task;
    const Rank rank = strand.rank;
    const Picoseconds end = strand.end;
    TaskTimes& call = call_times_[static_cast<std::size_t>(groups_.task(rank, task).amount)];
    call.end = std::max(call.end, end);
    if (input_.options.path) {
      records_[task].origin = strand.origin;
    }
    remove_strand(id);
    end_task(rank, task, end);
    return;
  }
  const TaskStrandId parent_id = strand.parent;
  TaskStrand& parent = strands_[parent_id];
  if (strand.end > parent.end) {
    parent.end = strand.end;
    parent.origin = strand.origin;
  }
  parent.time = std::max(parent.time, strand.time);
  parent.pulled = std::max(parent.pulled, strand.pulled);
  remove_strand(id);
  if (--parent.open_lanes == 0) {
    parent.waits = StrandWaits::kNot;
    runnable_.push_back(parent_id);
  }
}

}  // namespace ringwood
