#include "sim/workload/graph_builder.hpp"

#include <algorithm>

#include "ringwood/error.hpp"
#include "sim/workload/workload.hpp"

namespace ringwood {

std::uint32_t GraphBuilder::label(const std::string& text) {
  if (text.empty()) {
    return 0;
  }
  const auto [found, is_new] = labels_.try_emplace(text, static_cast<std::uint32_t>(graph_.labels.size()));
  if (is_new) {
    graph_.labels.push_back(text);
  }
  return found->second;
}

std::uint32_t GraphBuilder::group(const std::vector<Rank>& members) {
  const auto [found, is_new] = groups_.try_emplace(members, static_cast<std::uint32_t>(graph_.groups.size()));
  if (is_new) {
    graph_.groups.push_back(members);
    calls_.emplace_back();
    numbers_.emplace_back();
    for (std::size_t i = 0; i < members.size(); ++i) {
      numbers_.back()[members[i]] = static_cast<Rank>(i);
    }
  }
  return found->second;
}

std::uint32_t GraphBuilder::group(const RankRun& run) {
  if (const auto found = runs_.find(run); found != runs_.end()) {
    return found->second;
  }
  std::vector<Rank> members;
  for (std::int64_t i = 0; i < run.ranks; ++i) {
    members.push_back(static_cast<Rank>(run.first + i * run.distance));
  }
  return runs_[run] = group(members);
}

std::uint32_t GraphBuilder::add(Rank rank, const Task& task, const Tasks& after) {
  RankTasks& tasks = graph_.ranks[static_cast<std::size_t>(rank)];
  if (rank != last_ || bytes_ > most_) {
    check_size(last_);
    last_ = rank;
  }
  ++tasks_;
  bytes_ += static_cast<std::int64_t>(sizeof(Task)) + task_memory(1, after.size()) +
            static_cast<std::int64_t>(after.size() * sizeof(TaskRequirement));
  const auto id = static_cast<std::uint32_t>(tasks.tasks.size());
  tasks.tasks.push_back(task);
  for (const std::uint32_t required : after) {
    tasks.requirements.push_back({id, required, false});
  }
  return id;
}

/// Ranks come one after the other, and differ: some of them tell well enough what all will take.
void GraphBuilder::check_size(Rank rank) const {
  constexpr std::int64_t kMostTasks = std::int64_t{1} << 25U;
  constexpr Rank kTelling = 1024;
  const std::int64_t tasks = tasks_ / (std::int64_t{rank} + 1) * graph_.size();
  if (tasks_ > kMostTasks || (rank >= kTelling && tasks > kMostTasks + kMostTasks / 4)) {
    throw Error(ErrorKind::kUsage, "the workload of " + std::to_string(graph_.size()) + " ranks has about " +
                                       std::to_string(std::max(tasks, tasks_)) +
                                       " tasks, and it would take many minutes to evaluate them; accepted are up to " +
                                       std::to_string(kMostTasks) + "; take fewer ranks");
  }
  const double all = static_cast<double>(bytes_) / (static_cast<double>(rank) + 1) * graph_.size();
  if (bytes_ > most_ || (bytes_ > most_ / 8 && all > 2 * static_cast<double>(most_))) {
    constexpr double kGibibyte = 1 << 30;
    throw Error(ErrorKind::kUsage,
                "the workload of " + std::to_string(graph_.size()) + " ranks needs about " +
                    std::to_string(static_cast<std::int64_t>(all / kGibibyte) + 1) + " GiB of memory, and there are " +
                    std::to_string(static_cast<std::int64_t>(static_cast<double>(most_) / kGibibyte)) +
                    "; take fewer ranks");
  }
}

std::uint32_t GraphBuilder::compute(Rank rank, Picoseconds time, std::uint32_t label, const Tasks& after) {
  return add(rank, {.kind = TaskKind::kCompute, .cpu = kDeviceCpu, .label = label, .amount = time}, after);
}

std::uint32_t GraphBuilder::collective(Rank rank, const CollectiveCall& call, const Tasks& after) {
  std::vector<std::uint32_t>& calls = calls_[call.group];
  std::size_t& next = entered_[{call.group, rank}];
  if (next == calls.size()) {
    calls.push_back(static_cast<std::uint32_t>(graph_.calls.size()));
    graph_.calls.push_back(call);
  }
  const std::uint32_t number = calls[next++];
  return add(rank,
             {.kind = TaskKind::kCollective,
              .cpu = kMessageCpu,
              .label = call.label,
              .peer = numbers_[call.group].at(rank),
              .amount = number},
             after);
}

namespace {

/// Adds the steps of a job for one rank after the other.
class StepBuilder {
 public:
  StepBuilder(GraphBuilder& builder, Rank first, Rank ranks) : builder_(builder), first_(first), ranks_(ranks) {}

  [[nodiscard]] GraphBuilder::Tasks add(Rank rank, const JobSteps& steps, GraphBuilder::Tasks after) {
    for (const JobStep& step : steps) {
      switch (step.kind) {
        case JobStep::Kind::kCompute:
          after = {builder_.compute(rank, step.time, builder_.label("compute"), after)};
          break;
        case JobStep::Kind::kCollective:
          after = {collective(rank, step, after)};
          break;
        case JobStep::Kind::kOverlap:
          after = overlap(rank, step, after);
          break;
      }
    }
    return after;
  }

 private:
  [[nodiscard]] GraphBuilder::Tasks overlap(Rank rank, const JobStep& step, const GraphBuilder::Tasks& after) {
    GraphBuilder::Tasks ends;
    for (const JobSteps& branch : step.branches) {
      const GraphBuilder::Tasks end = add(rank, branch, after);
      ends.insert(ends.end(), end.begin(), end.end());
    }
    std::sort(ends.begin(), ends.end());
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    return step.branches.empty() ? after : ends;
  }

  [[nodiscard]] std::uint32_t collective(Rank rank, const JobStep& step, const GraphBuilder::Tasks& after) {
    const std::string name(name_of(step.collective));
    return builder_.collective(rank,
                               {.collective = step.collective,
                                .bytes = step.bytes,
                                .group = builder_.group(members(rank, step.group)),
                                .label = builder_.label(name),
                                .algorithm = builder_.label(step.algorithm)},
                               after);
  }

  [[nodiscard]] RankRun members(Rank rank, const GroupShape& shape) const {
    const std::int64_t size = shape.size == 0 ? ranks_ : shape.size;
    const std::int64_t stride = shape.size == 0 ? 1 : shape.stride;
    if (size * stride > ranks_ || ranks_ % (size * stride) != 0) {
      throw Error(ErrorKind::kUsage, "groups of " + std::to_string(size) + " ranks " + std::to_string(stride) +
                                         " apart do not divide " + std::to_string(ranks_) +
                                         " ranks; accepted: size times stride divides the ranks of the job");
    }
    const std::int64_t inside = rank - first_;
    const std::int64_t start = inside / (size * stride) * (size * stride) + inside % stride;
    return {first_ + static_cast<Rank>(start), static_cast<Rank>(size), static_cast<Rank>(stride)};
  }

  GraphBuilder& builder_;
  Rank first_;
  Rank ranks_;
};

}  // namespace

void add_job(GraphBuilder& builder, const WorkloadJob& job, Rank first, Rank ranks) {
  if (job.training) {
    add_training(builder, *job.training, first, ranks);
    return;
  }
  StepBuilder steps(builder, first, ranks);
  for (Rank rank = first; rank < first + ranks; ++rank) {
    GraphBuilder::Tasks after;
    for (std::int32_t i = 0; i < job.repeat; ++i) {
      after = steps.add(rank, job.steps, after);
    }
  }
}

}  // namespace ringwood
