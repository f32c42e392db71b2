#include "sim/workload/task_groups.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

/// What a rank's tasks require, each list in ascending order and without repetitions.
class Requirements {
 public:
  explicit Requirements(const RankTasks& tasks) : sorted_(tasks.requirements), first_(tasks.tasks.size() + 1) {
    const auto key = [](const TaskRequirement& one) { return std::tie(one.task, one.required, one.begun); };
    const auto before = [&](const TaskRequirement& a, const TaskRequirement& b) { return key(a) < key(b); };
    const auto same = [&](const TaskRequirement& a, const TaskRequirement& b) { return key(a) == key(b); };
    std::sort(sorted_.begin(), sorted_.end(), before);
    sorted_.erase(std::unique(sorted_.begin(), sorted_.end(), same), sorted_.end());
    for (const TaskRequirement& one : sorted_) {
      ++first_[one.task + 1];
    }
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
  }

  [[nodiscard]] std::span<const TaskRequirement> of(std::size_t task) const {
    return {sorted_.data() + first_[task], sorted_.data() + first_[task + 1]};
  }

 private:
  std::vector<TaskRequirement> sorted_;
  std::vector<std::size_t> first_;
};

/// Whether the task is a computation that requires the receive before it and nothing else.
[[nodiscard]] bool belongs_to_receive(const std::vector<Task>& tasks, std::size_t index,
                                      std::span<const TaskRequirement> required) {
  return index > 0 && tasks[index].kind == TaskKind::kCompute && tasks[index - 1].kind == TaskKind::kReceive &&
         tasks[index].cpu == tasks[index - 1].cpu && required.size() == 1 && !required[0].begun &&
         required[0].required == index - 1;
}

/// Tasks of equal keys are one group: kind, CPU, tag (that tells lanes apart), and all that is required.
using Key = std::vector<std::uint64_t>;

[[nodiscard]] Key key_of(const Task& task, std::span<const TaskRequirement> required) {
  Key key{static_cast<std::uint64_t>(task.kind) << 8U | task.cpu, static_cast<std::uint32_t>(task.tag)};
  for (const TaskRequirement& one : required) {
    key.push_back(std::uint64_t{one.required} << 1U | (one.begun ? 1U : 0U));
  }
  return key;
}

/// In the order in which what is ready at one time is served: by lane, which is a message's tag, then sends before
/// receives before computations, then as listed.
[[nodiscard]] auto place_of(const Task& first, TaskId id) {
  const bool is_message = first.kind == TaskKind::kSend || first.kind == TaskKind::kReceive;
  const int kind = first.kind == TaskKind::kSend ? 0 : first.kind == TaskKind::kReceive ? 1 : 2;
  return std::tuple(is_message ? first.tag : 0, kind, id);
}

}  // namespace

TaskGroups::TaskGroups(const TaskGraph& graph, bool posted) : graph_(graph) {
  std::uint64_t tasks = 0;
  for (const RankTasks& rank : graph.ranks) {
    first_task_.push_back(static_cast<TaskId>(tasks));
    tasks += rank.tasks.size();
  }
  if (tasks >= std::numeric_limits<TaskId>::max()) {
    throw Error(ErrorKind::kUsage, "a workload of " + std::to_string(tasks) + " tasks; accepted: less than 2^32");
  }
  first_task_.push_back(static_cast<TaskId>(tasks));
  members_.reserve(tasks);
  for (Rank rank = 0; rank < graph.size(); ++rank) {
    add_rank(rank, posted);
  }
  fill(ends_, end_edges_);
  fill(begins_, begin_edges_);
  end_edges_ = {};
  begin_edges_ = {};
}

void TaskGroups::add_rank(Rank rank, bool posted) {
  const std::vector<Task>& tasks = graph_.ranks[static_cast<std::size_t>(rank)].tasks;
  const Requirements requirements(graph_.ranks[static_cast<std::size_t>(rank)]);
  const TaskId base = first_task(rank);
  std::map<Key, std::size_t> known;
  std::vector<std::vector<Member>> lists;
  std::vector<bool> fused(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    fused[i] = posted && belongs_to_receive(tasks, i, requirements.of(i));
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (fused[i]) {
      continue;
    }
    const bool shared = tasks[i].kind == TaskKind::kSend || (posted && tasks[i].kind == TaskKind::kReceive);
    std::size_t list = lists.size();
    if (shared) {
      list = known.emplace(key_of(tasks[i], requirements.of(i)), lists.size()).first->second;
    }
    lists.resize(std::max(lists.size(), list + 1));
    lists[list].push_back({base + static_cast<TaskId>(i), false});
    if (i + 1 < tasks.size() && fused[i + 1]) {
      lists[list].push_back({base + static_cast<TaskId>(i) + 1, true});
    }
  }
  const auto place = [&](std::size_t list) {
    const TaskId first = lists[list].front().task;
    return place_of(tasks[first - base], first);
  };
  std::vector<std::size_t> sequence(lists.size());
  std::iota(sequence.begin(), sequence.end(), std::size_t{0});
  std::sort(sequence.begin(), sequence.end(), [&](std::size_t a, std::size_t b) { return place(a) < place(b); });
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    const std::vector<Member>& list = lists[sequence[i]];
    const auto id = static_cast<TaskGroupId>(groups_.size());
    TaskGroup& group = groups_.emplace_back();
    group.first = static_cast<std::uint32_t>(members_.size());
    group.count = static_cast<std::uint32_t>(list.size());
    group.rank = rank;
    group.order = static_cast<Lane>(i);
    members_.insert(members_.end(), list.begin(), list.end());
    for (const TaskRequirement& one : requirements.of(list.front().task - base)) {
      (one.begun ? begin_edges_ : end_edges_).push_back({base + one.required, id});
      ++group.unmet;
    }
  }
}

void TaskGroups::fill(Lists& lists, const std::vector<Edge>& edges) const {
  lists.first.assign(std::size_t{tasks()} + 2, 0);
  for (const Edge& edge : edges) {
    ++lists.first[edge.required + 2];
  }
  std::partial_sum(lists.first.begin(), lists.first.end(), lists.first.begin());
  lists.groups.resize(edges.size());
  for (const Edge& edge : edges) {
    lists.groups[lists.first[edge.required + 1]++] = edge.group;
  }
}

Rank TaskGroups::rank_of(TaskId id) const {
  return static_cast<Rank>(std::upper_bound(first_task_.begin(), first_task_.end(), id) - first_task_.begin() - 1);
}

std::size_t TaskGroups::reserved() const {
  return groups_.capacity() * sizeof(TaskGroup) + members_.capacity() * sizeof(Member) +
         (ends_.groups.capacity() + begins_.groups.capacity()) * sizeof(TaskGroupId) +
         (ends_.first.capacity() + begins_.first.capacity()) * sizeof(std::uint32_t);
}

}  // namespace ringwood
