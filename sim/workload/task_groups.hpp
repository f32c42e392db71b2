#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "schedule/task_graph.hpp"

namespace ringwood {

/// Number of a task over all ranks.
using TaskId = std::uint32_t;

inline constexpr TaskId kNoTask = ~TaskId{0};

/// Number of a group of tasks over all ranks.
using TaskGroupId = std::uint32_t;

/// Tasks of one rank that are posted together and served one after the other.
struct TaskGroup {
  std::uint32_t first = 0;  ///< of TaskGroups::members
  std::uint32_t count = 0;
  std::uint32_t unmet = 0;  ///< requirements that are not met
  Rank rank = 0;
  Lane order = 0;          ///< among the rank's groups that are ready at the same time
  Picoseconds ready = 0;   ///< when the last requirement was met
  TaskId cause = kNoTask;  ///< the task that met it
};

/// The tasks of a graph, grouped by what they require, and who waits for whom.
class TaskGroups {
 public:
  /// `posted`: receives that require the same are one group; otherwise each is one. Throws Error(kUsage) for graphs of
  /// more tasks than numbers.
  TaskGroups(const TaskGraph& graph, bool posted);

  [[nodiscard]] std::vector<TaskGroup>& all() { return groups_; }

  [[nodiscard]] TaskGroup& operator[](TaskGroupId id) { return groups_[id]; }

  /// A member that belongs to the one before it (a computation that is done at once with a receive) is marked.
  struct Member {
    TaskId task = 0;
    bool fused = false;
  };

  [[nodiscard]] std::span<const Member> members(const TaskGroup& group) const {
    return {members_.data() + group.first, group.count};
  }

  /// The groups that wait for the end, or the beginning, of a task.
  [[nodiscard]] std::span<const TaskGroupId> waiting_for_end(TaskId task) const { return ends_.of(task); }

  [[nodiscard]] std::span<const TaskGroupId> waiting_for_begin(TaskId task) const { return begins_.of(task); }

  [[nodiscard]] const Task& task(TaskId id) const { return task(rank_of(id), id); }

  [[nodiscard]] const Task& task(Rank rank, TaskId id) const {
    return graph_.ranks[static_cast<std::size_t>(rank)].tasks[id - first_task(rank)];
  }

  [[nodiscard]] TaskId first_task(Rank rank) const { return first_task_[static_cast<std::size_t>(rank)]; }

  [[nodiscard]] Rank rank_of(TaskId id) const;

  [[nodiscard]] TaskId tasks() const { return first_task_.back(); }

  [[nodiscard]] std::size_t reserved() const;

 private:
  /// Lists of groups, one a task.
  struct Lists {
    std::vector<std::uint32_t> first;
    std::vector<TaskGroupId> groups;

    [[nodiscard]] std::span<const TaskGroupId> of(TaskId task) const {
      return {groups.data() + first[task], groups.data() + first[task + 1]};
    }
  };

  struct Edge {
    TaskId required;
    TaskGroupId group;
  };

  void add_rank(Rank rank, bool posted);
  void fill(Lists& lists, const std::vector<Edge>& edges) const;

  const TaskGraph& graph_;
  std::vector<TaskId> first_task_;  // of each rank, and the number of all
  std::vector<TaskGroup> groups_;
  std::vector<Member> members_;
  std::vector<Edge> end_edges_;
  std::vector<Edge> begin_edges_;
  Lists ends_;
  Lists begins_;
};

}  // namespace ringwood
