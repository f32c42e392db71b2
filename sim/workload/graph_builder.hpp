#pragma once

#include <compare>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "schedule/task_graph.hpp"
#include "schedule/workload_job.hpp"

namespace ringwood {

/// CPUs of a rank: one handles messages, the other one is the device that computes.
inline constexpr std::uint8_t kMessageCpu = 0;
inline constexpr std::uint8_t kDeviceCpu = 1;

/// Ranks at equal distances.
struct RankRun {
  Rank first = 0;
  Rank ranks = 1;
  Rank distance = 1;

  friend auto operator<=>(const RankRun&, const RankRun&) = default;
};

/// Adds tasks to a graph, rank by rank. Names and groups that are there already are found again.
class GraphBuilder {
 public:
  /// `most`: bytes of memory that the graph and its evaluation may take; tasks are refused with Error(kUsage) as soon
  /// as it is plain that all ranks' would take more, or would be more than 2^25.
  explicit GraphBuilder(TaskGraph& graph, std::int64_t most = std::numeric_limits<std::int64_t>::max())
      : graph_(graph), most_(most) {}

  [[nodiscard]] std::uint32_t label(const std::string& text);
  [[nodiscard]] std::uint32_t group(const std::vector<Rank>& members);

  /// The same without a list of its members for each that asks: of large groups that would be what takes longest.
  [[nodiscard]] std::uint32_t group(const RankRun& run);

  /// Numbers of tasks of one rank.
  using Tasks = std::vector<std::uint32_t>;

  std::uint32_t compute(Rank rank, Picoseconds time, std::uint32_t label, const Tasks& after);

  /// The rank's part in the next collective of its group. All members must ask for the same ones in the same order.
  std::uint32_t collective(Rank rank, const CollectiveCall& call, const Tasks& after);

  [[nodiscard]] std::uint32_t add(Rank rank, const Task& task, const Tasks& after);

 private:
  void check_size(Rank rank) const;

  TaskGraph& graph_;
  std::int64_t most_;
  std::int64_t bytes_ = 0;  // of the tasks so far
  std::int64_t tasks_ = 0;  // their number
  Rank last_ = 0;           // rank of the last task
  std::map<std::string, std::uint32_t> labels_;
  std::map<std::vector<Rank>, std::uint32_t> groups_;
  std::map<RankRun, std::uint32_t> runs_;                          // those of them that were asked for as runs
  std::map<std::pair<std::uint32_t, Rank>, std::size_t> entered_;  // collectives of a group that a member is through
  std::vector<std::vector<std::uint32_t>> calls_;                  // of each group
  std::vector<std::map<Rank, Rank>> numbers_;                      // of the members of each group
};

/// The ranks first .. first + ranks - 1 of the graph do what the job says; where that is the training of a model, its
/// model must be filled in. Throws Error(kUsage) where the ranks cannot be divided as the job asks.
void add_job(GraphBuilder& builder, const WorkloadJob& job, Rank first, Rank ranks);

/// One step of training (training.cpp).
void add_training(GraphBuilder& builder, const TrainingJob& job, Rank first, Rank ranks);

}  // namespace ringwood
