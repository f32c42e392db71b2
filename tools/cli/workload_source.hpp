#pragma once

#include <string>
#include <vector>

#include "schedule/task_graph.hpp"
#include "schedule/workload_job.hpp"
#include "tools/cli/arguments.hpp"
#include "topology/machine.hpp"

namespace ringwood::cli {

/// Ranks of a graph that run one thing beside others.
struct JobRanks {
  std::string name;
  Rank first = 0;
  Rank ranks = 0;
  Picoseconds start = 0;
};

struct LoadedWorkload {
  TaskGraph graph;
  std::vector<JobRanks> jobs;
  std::vector<Host> hosts;  ///< of each rank, if the workload says; -1: the user's mapping
};

/// What the operand of `ringwood workload` names: a file (GOAL, Chakra, ringwood.workload/1) or a model's preset.
class WorkloadSource {
 public:
  /// Reads it. Throws Error(kInput) with file, line and column, and Error(kUsage).
  explicit WorkloadSource(const Arguments& arguments);

  [[nodiscard]] const std::string& name() const { return name_; }

  /// Whether gradients are gathered in buckets, so that their size is a question.
  [[nodiscard]] bool has_buckets() const;

  /// The graph, with buckets of that size if it has any; a negative one is what the workload says.
  [[nodiscard]] LoadedWorkload load(Bytes bucket) const;

  /// The same ranks, of which only those of one job do anything.
  [[nodiscard]] LoadedWorkload load_alone(Bytes bucket, std::size_t job) const;

 private:
  void read_file(const std::string& path);
  void read_chakra_files(const std::string& path, const std::string& text);
  void read_jobs(std::vector<WorkloadJob> jobs);
  void apply_options(TrainingJob& job) const;

  const Arguments& arguments_;
  std::string name_;
  std::vector<WorkloadJob> jobs_;
  TaskGraph graph_;  // of a trace
};

}  // namespace ringwood::cli
