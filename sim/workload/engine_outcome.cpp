#include <algorithm>

#include "sim/workload/engine.hpp"

namespace ringwood {

namespace {

[[nodiscard]] std::string peer_name(Rank peer) {
  return peer == kAnyRank ? "any rank" : "rank " + std::to_string(peer);
}

}  // namespace

/// "task 3", "line 17", "line 17 ('backward 4')".
std::string WorkloadEngine::name_of(Rank rank, TaskId id) const {
  const RankTasks& tasks = input_.graph.ranks[static_cast<std::size_t>(rank)];
  const std::size_t index = id - groups_.first_task(rank);
  const std::string& label = input_.graph.labels[tasks.tasks[index].label];
  std::string name =
      tasks.lines.empty() ? "task " + std::to_string(index) : "the task of line " + std::to_string(tasks.lines[index]);
  return label.empty() ? name : name + " ('" + label + "')";
}

void WorkloadEngine::throw_waiting() {
  const std::string prefix = "the workload never ends: ";
  for (const TaskStrand& strand : strands_) {
    if (strand.waits != StrandWaits::kMessage && strand.waits != StrandWaits::kRendezvous) {
      continue;
    }
    const bool is_program = strand.role == StrandRole::kProgram;
    const RoundItem& item = strand.round[is_program && strand.waits == StrandWaits::kRendezvous ? 0 : strand.position];
    const std::string who = "rank " + std::to_string(strand.rank) + " in " +
                            name_of(strand.rank, is_program ? strand.task : item.task) + " waits for ";
    throw Error(ErrorKind::kUsage, prefix + who +
                                       (strand.waits == StrandWaits::kMessage
                                            ? "a message from " + peer_name(item.peer) + ", and it never comes"
                                            : peer_name(item.peer) + " to take a message, and it never does"));
  }
  for (const TaskGroup& group : groups_.all()) {
    if (group.unmet > 0) {
      throw Error(ErrorKind::kUsage, prefix + "rank " + std::to_string(group.rank) + ": " +
                                         name_of(group.rank, groups_.members(group).front().task) +
                                         " requires something that requires it");
    }
  }
  throw Error(ErrorKind::kUsage, prefix + "a collective was entered by some of its ranks only");
}

WorkloadReport WorkloadEngine::report() {
  for (Rank rank = 0; rank < input_.graph.size(); ++rank) {
    if (const auto message = mail_->unclaimed(rank)) {
      throw Error(ErrorKind::kUsage, "a message from rank " + std::to_string(messages_[*message].source) + " to rank " +
                                         std::to_string(rank) + " is sent and never received");
    }
  }
  WorkloadReport report;
  report.finish = finish_;
  report.finish.resize(input_.graph.ranks.size());
  for (std::size_t rank = 0; rank < report.finish.size(); ++rank) {
    report.finish[rank] = std::max(report.finish[rank], cpus_[rank * cpus_per_rank_].free);
    report.time = std::max(report.time, report.finish[rank]);
  }
  report.compute = compute_;
  report.messages = message_count_;
  report.bytes_sent_total = bytes_sent_;
  if (input_.options.nics.count == 1) {
    report.order_sensitive = order_sensitive_;
  }
  report.calls = call_times_;
  if (is_flow()) {
    report.flow = network_->report(report.time);
  }
  if (input_.options.path) {
    report.tasks.resize(report.finish.size());
    for (TaskId id = 0; id < groups_.tasks(); ++id) {
      report.tasks[static_cast<std::size_t>(groups_.rank_of(id))].push_back({records_[id].begin, records_[id].end});
    }
    report.steps = critical_steps();
  }
  report.memory = groups_.reserved() + mail_->reserved() + messages_.reserved() + strands_.size() * sizeof(TaskStrand);
  for (const auto& [schedule, instance] : instances_) {
    report.memory += instance->reserved();
  }
  return report;
}

/// Back from what ended last: to the task whose end, or message, or entry into a collective it waited for.
std::vector<WorkloadStep> WorkloadEngine::critical_steps() const {
  std::vector<WorkloadStep> steps;
  if (records_.empty()) {
    return steps;
  }
  const auto last = std::max_element(records_.begin(), records_.end(),
                                     [](const TaskRecord& a, const TaskRecord& b) { return a.end < b.end; });
  for (TaskId id = static_cast<TaskId>(last - records_.begin()); id != kNoTask;) {
    TaskId from = id;
    const Task& task = groups_.task(id);
    if (task.kind == TaskKind::kCollective && records_[id].origin != kNoTask) {
      from = records_[id].origin;
    } else if (task.kind == TaskKind::kReceive && records_[id].by_begin) {
      from = records_[id].cause;
    }
    const Rank rank = groups_.rank_of(id);
    steps.push_back({task.kind, groups_.rank_of(from), rank, id - groups_.first_task(rank), records_[from].waiting,
                     records_[from].begin, records_[id].end});
    id = records_[from].cause;
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

std::int64_t task_memory(std::size_t tasks, std::size_t requirements) {
  constexpr std::size_t kRequirement = 24;
  return static_cast<std::int64_t>(tasks * (sizeof(TaskGroup) + 2 * sizeof(TaskGroups::Member)) +
                                   requirements * kRequirement);
}

std::int64_t workload_memory(const TaskGraph& graph) {
  std::int64_t bytes = 0;
  for (const RankTasks& rank : graph.ranks) {
    bytes += task_memory(rank.tasks.size(), rank.requirements.size());
  }
  return bytes;
}

namespace {

void check(const WorkloadInput& input) {
  const auto ranks = input.graph.ranks.size();
  if (input.mapping.size() != ranks) {
    throw Error(ErrorKind::kUsage, "the mapping places " + std::to_string(input.mapping.size()) + " ranks, and the " +
                                       "workload has " + std::to_string(ranks));
  }
  if (input.calls.size() != input.graph.calls.size()) {
    throw Error(ErrorKind::kUsage, std::to_string(input.calls.size()) + " schedules are given for " +
                                       std::to_string(input.graph.calls.size()) + " collectives");
  }
  for (std::size_t i = 0; i < input.calls.size(); ++i) {
    const auto members = input.graph.groups[input.graph.calls[i].group].size();
    if (static_cast<std::size_t>(input.calls[i].schedule->ranks()) != members) {
      throw Error(ErrorKind::kUsage, "collective " + std::to_string(i) + " is for a group of " +
                                         std::to_string(members) + " ranks, and its schedule for " +
                                         std::to_string(input.calls[i].schedule->ranks()));
    }
  }
  if (input.options.model == CostModel::kFlow && input.options.form != LogGopsForm::kTextbook) {
    throw Error(ErrorKind::kUsage, "the flow model has no LogGOPS of the simulator's form; accepted: textbook");
  }
}

}  // namespace

WorkloadReport run_workload(const WorkloadInput& input) {
  check(input);
  const TaskOrder order = input.options.order;
  const std::size_t operations = input.options.operations == nullptr ? 0 : input.options.operations->size();
  const std::size_t logged = input.options.log == nullptr ? 0 : input.options.log->size();
  if (order != TaskOrder::kArrival) {
    WorkloadEngine engine(input, true);
    if (engine.run()) {
      return engine.report();
    }
    if (order == TaskOrder::kPosted) {
      engine.throw_waiting();
    }
  }
  if (input.options.operations != nullptr) {
    input.options.operations->resize(operations);
  }
  if (input.options.log != nullptr) {
    input.options.log->resize(logged);
  }
  WorkloadEngine engine(input, false);
  if (!engine.run()) {
    engine.throw_waiting();
  }
  WorkloadReport report = engine.report();
  report.order = TaskOrder::kArrival;
  return report;
}

}  // namespace ringwood
