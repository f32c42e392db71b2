#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ringwood/layout.hpp"
#include "ringwood/schedule.hpp"
#include "schedule/task_graph.hpp"
#include "sim/simulate.hpp"

/// Programs of computations, messages and collectives, evaluated under both cost models.
///
/// Every rank has CPUs and NICs with clocks of their own, which are charged as sim/model/loggops.hpp and
/// sim/flow/flow.hpp say. A computation holds its CPU. A collective runs the very programs that run over MPI, with
/// ranks renumbered by its group, in posted order.
///
/// Order of service: what a rank posts at one time (messages that require the same) is served in the order in which it
/// is listed: sends first, then receives, each receive together with the computation that follows it and requires
/// nothing else. That is posted order, as everywhere. A file may hold receives for which there is no such order, as
/// one listed first waits for what follows from one listed later; then, or if it is asked for, receives are served as
/// their messages come.
namespace ringwood {

enum class TaskOrder {
  kAutomatic,  ///< posted, or arrival where posted order would wait forever
  kPosted,
  kArrival,
};

/// What carries out a collective call. The schedule is for as many ranks as the group has.
struct CallSchedule {
  const Schedule* schedule = nullptr;
  const Layout* layout = nullptr;
};

struct WorkloadOptions {
  CostModel model = CostModel::kLogGops;
  LogGopsForm form = LogGopsForm::kTextbook;
  TaskOrder order = TaskOrder::kAutomatic;
  std::vector<Straggler> stragglers{};  ///< a slow CPU computes as slowly as it handles messages
  FlowOptions flow{};
  NoiseModel noise{};                  ///< of the operating systems; each processor of a rank has detours of its own
  NicSet nics{};                       ///< of LogGOPS, where the graph does not say which NIC a message takes
  bool path = false;                   ///< keep when tasks began and ended, and the critical path
  OperationLog* operations = nullptr;  ///< where to append every operation, computations as reductions
  MessageLog* log = nullptr;           ///< where to append every message
};

struct WorkloadInput {
  const TaskGraph& graph;
  const std::vector<CallSchedule>& calls;  ///< of each call of the graph
  const Machine& machine;
  const Mapping& mapping;
  const WorkloadOptions& options;
};

/// When a task began and ended: of a receive, when its CPU took the message.
struct TaskTimes {
  Picoseconds begin = 0;
  Picoseconds end = 0;
};

/// A piece of the critical path: from its beginning on `rank` until it ended on `end_rank`.
struct WorkloadStep {
  TaskKind kind = TaskKind::kCompute;
  Rank rank = 0;
  Rank end_rank = 0;
  std::uint32_t task = 0;   ///< of `end_rank`
  Picoseconds waiting = 0;  ///< before, for a CPU that did something else
  Picoseconds begin = 0;
  Picoseconds end = 0;
};

struct WorkloadReport {
  Picoseconds time = 0;
  std::vector<Picoseconds> finish;   ///< of each rank
  std::vector<Picoseconds> compute;  ///< what each rank's computations took together
  std::int64_t messages = 0;
  Bytes bytes_sent_total = 0;
  std::optional<std::int64_t> order_sensitive;  ///< as in SimulationReport
  TaskOrder order = TaskOrder::kPosted;         ///< the one used
  std::vector<TaskTimes> calls;                 ///< first member in, last one out
  std::vector<std::vector<TaskTimes>> tasks;    ///< of each rank, if asked for
  std::vector<WorkloadStep> steps;              ///< the critical path, first to last, if asked for
  std::optional<FlowReport> flow;               ///< of the flow model
  std::size_t memory = 0;                       ///< bytes of the graph as it was evaluated
};

/// Deterministic: same arguments, same picoseconds. Throws Error(kUsage) for what cannot be evaluated, and if tasks
/// wait forever: with the rank, the task and its line.
[[nodiscard]] WorkloadReport run_workload(const WorkloadInput& input);

/// Bytes of memory that evaluating a graph takes at the least, told from its numbers of tasks and requirements.
[[nodiscard]] std::int64_t workload_memory(const TaskGraph& graph);

/// The same for so many tasks with so many requirements.
[[nodiscard]] std::int64_t task_memory(std::size_t tasks, std::size_t requirements);

}  // namespace ringwood
