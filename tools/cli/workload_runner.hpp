#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/workload/workload.hpp"
#include "tools/cli/choices.hpp"
#include "tools/cli/setup.hpp"
#include "tools/cli/simulation.hpp"
#include "tools/cli/workload_source.hpp"

namespace ringwood::cli {

/// Evaluates a workload on the machine that the options describe. Refers to its arguments. Not to be moved.
class WorkloadRunner {
 public:
  /// `algorithm`: for collectives that name none; empty: what the selector picks. Throws Error(kUsage).
  WorkloadRunner(const Arguments& arguments, const LoadedWorkload& workload, std::string algorithm);
  WorkloadRunner(const WorkloadRunner&) = delete;
  WorkloadRunner& operator=(const WorkloadRunner&) = delete;

  /// With the options' model, in which `tell` may change what is kept.
  [[nodiscard]] WorkloadReport run(const WorkloadOptions& options) const;

  /// The same where messages cost nothing.
  [[nodiscard]] WorkloadReport run_free() const;

  /// What the command line says.
  [[nodiscard]] WorkloadOptions options() const;

  [[nodiscard]] const Site& site() const { return site_; }

  /// "allreduce ring, allgather bruck": what was taken.
  [[nodiscard]] std::string algorithms() const;

 private:
  /// A schedule for groups that look alike, and what it refers to.
  struct Planned {
    std::unique_ptr<Site> site;
    std::unique_ptr<Schedule> schedule;
    std::unique_ptr<Layout> layout;
    std::int64_t messages = 0;  // about
  };

  [[nodiscard]] const Planned& planned(const CollectiveCall& call);
  [[nodiscard]] Choice choice_for(const CollectiveCall& call, const Site& site, Bytes bytes) const;

  void check_messages(std::int64_t more);

  const Arguments& arguments_;
  const LoadedWorkload& workload_;
  std::string algorithm_;
  SimulationSettings settings_;
  Bytes element_size_;
  Site site_;
  std::vector<std::string> group_signatures_;  // of each group: how its ranks lie to each other
  std::map<std::string, Planned> planned_;
  std::vector<CallSchedule> calls_;
  std::int64_t messages_ = 0;  // of them, about
};

}  // namespace ringwood::cli
