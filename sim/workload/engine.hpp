#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "sim/engine.hpp"
#include "sim/flow/network.hpp"
#include "sim/rank_charges.hpp"
#include "sim/workload/task_groups.hpp"
#include "sim/workload/task_mail.hpp"
#include "sim/workload/task_strand.hpp"
#include "sim/workload/workload.hpp"

namespace ringwood {

/// Evaluates a task graph, event by event in the order (time, rank, place among what is ready there).
class WorkloadEngine {
 public:
  WorkloadEngine(const WorkloadInput& input, bool posted);

  /// False: tasks wait forever (what_waits says which).
  [[nodiscard]] bool run();

  /// Throws Error(kUsage) that names a task that waits forever.
  [[noreturn]] void throw_waiting();

  [[nodiscard]] WorkloadReport report();

 private:
  struct QueuedEvent {
    Picoseconds time = 0;
    Rank rank = 0;
    Lane order = 0;
    TaskStrandId strand = 0;

    friend bool operator>(const QueuedEvent& a, const QueuedEvent& b) {
      return std::tie(a.time, a.rank, a.order, a.strand) > std::tie(b.time, b.rank, b.order, b.strand);
    }
  };

  /// How a task came to begin when it did.
  struct TaskRecord {
    Picoseconds begin = -1;
    Picoseconds end = -1;
    Picoseconds waiting = 0;
    TaskId cause = kNoTask;   // the task whose end it waited for
    bool by_begin = false;    // it was that one's beginning
    TaskId origin = kNoTask;  // of a collective: the part whose beginning decided its end
  };

  /// How a receive was served.
  struct TakenMessage {
    Picoseconds taken_in = 0;  // when the NIC began with it
    Picoseconds start = 0;     // when the CPU did
    bool by_message = false;   // it waited for the message, not for its rank
  };

  // engine.cpp: groups and rounds.
  void prepare_processors();
  void prepare_channels();
  void step(Picoseconds now);
  [[nodiscard]] Picoseconds next_time();
  void release(std::span<const TaskGroupId> groups, TaskId by, Picoseconds time);
  void activate(TaskGroupId id);
  void begin_group(TaskStrandId id, const TaskGroup& group);
  [[nodiscard]] RoundItem item_of(Rank rank, TaskId task) const;
  void post_receives(TaskStrandId id);
  void schedule_next(TaskStrandId id);
  void end_round(TaskStrandId id);
  void queue(TaskStrandId id, Picoseconds ready);
  [[nodiscard]] TaskStrandId add_strand(Rank rank, StrandRole role);
  void remove_strand(TaskStrandId id);
  [[nodiscard]] Lane channel_of(std::int64_t context, Lane lane);

  // engine_programs.cpp: collectives.
  void start_program(TaskGroupId id, TaskId task);
  void advance_runnable();
  void advance(TaskStrandId id);
  [[nodiscard]] bool begin_round(TaskStrand& strand);
  void fork(TaskStrandId id);
  void end_program(TaskStrandId id);

  // engine_service.cpp: what an operation costs.
  void serve(TaskStrandId id);
  void send(TaskStrandId id, const RoundItem& item);
  void hand_over(TaskStrandId id, const RoundItem& item, const FlowMessage& message);
  void receive(TaskStrandId id, const RoundItem& item);
  [[nodiscard]] TakenMessage take_flow(TaskStrand& strand, const RoundItem& item, const FlowMessage& message);
  [[nodiscard]] TakenMessage take_loggops(TaskStrand& strand, const RoundItem& item, const FlowMessage& message);
  void occupy(TaskStrand& strand, const RoundItem& item, Picoseconds cost, TaskId task);
  void deliver(MessageId id);
  void bind(const PostedReceive& receive, MessageId id);
  void match(MessageId id, Picoseconds time);
  void complete(Picoseconds now, const FlowEnd& end);
  void await_match(TaskStrandId sender, const RoundItem& item, MessageId message);
  void begin_task(const TaskStrand& strand, TaskId task, Picoseconds begin, Picoseconds waiting);
  void end_task(Rank rank, TaskId task, Picoseconds end);
  void log(const TaskStrand& strand, LoggedOperation operation);
  [[nodiscard]] double limit_of(const FlowMessage& message) const;
  [[nodiscard]] TaskCpu& cpu_of(const TaskStrand& strand, const RoundItem& item);
  [[nodiscard]] TaskNic& nic_of(const TaskStrand& strand, const RoundItem& item);
  [[nodiscard]] TaskNic& nic_for(const TaskStrand& strand, const RoundItem& item, Rank peer,
                                 Picoseconds TaskNic::*direction);
  [[nodiscard]] WorkOfRank work_of(const TaskStrand& strand, const RoundItem& item);

  // engine_outcome.cpp: how it ended.
  [[nodiscard]] std::string name_of(Rank rank, TaskId task) const;
  [[nodiscard]] std::vector<WorkloadStep> critical_steps() const;

  [[nodiscard]] bool is_flow() const { return input_.options.model == CostModel::kFlow; }

  const WorkloadInput& input_;
  TaskGroups groups_;
  PairCosts costs_;
  RankCharges charges_;
  std::map<const Schedule*, std::unique_ptr<ScheduleInstance>> instances_;
  std::unique_ptr<LinkTable> links_;      // of the flow model
  std::unique_ptr<FlowNetwork> network_;  // the same
  MessageTable messages_;
  std::unordered_map<std::uint64_t, Lane> channels_;
  std::vector<std::int32_t> tags_;  // of the channels that are tags
  std::unique_ptr<TaskMail> mail_;
  std::deque<TaskStrand> strands_;
  std::vector<TaskStrandId> free_strands_;
  std::vector<TaskStrandId> runnable_;
  std::priority_queue<QueuedEvent, std::vector<QueuedEvent>, std::greater<>> events_;
  std::vector<TaskCpu> cpus_;
  std::vector<TaskNic> nics_;
  std::optional<Noise> noise_;
  std::vector<std::int64_t> slow_percent_;  // of each rank's CPUs; empty: 100
  std::size_t cpus_per_rank_ = 1;
  std::size_t nics_per_rank_ = 1;
  Picoseconds now_ = 0;
  std::vector<FlowEnd> ended_;
  std::vector<FlowStart> started_;
  std::vector<TaskRecord> records_;  // of each task, if the path is kept
  std::vector<TaskTimes> call_times_;
  std::vector<Picoseconds> compute_;
  std::vector<Picoseconds> finish_;
  TaskId unfinished_ = 0;
  std::int64_t message_count_ = 0;
  std::int64_t order_sensitive_ = 0;
  Bytes bytes_sent_ = 0;
};

}  // namespace ringwood
