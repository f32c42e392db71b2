#pragma once

#include <string>

#include "tools/cli/workload_runner.hpp"

namespace ringwood::cli {

/// What is behind a workload's time: the critical path by kind and name, its longest pieces, collectives by name, and
/// the hottest links. The report must hold the path.
[[nodiscard]] std::string explain_workload(const LoadedWorkload& workload, const WorkloadReport& report,
                                           const Site& site);

/// The ranks over time, for a terminal of so many columns: c computes, m a collective or message is under way, # both,
/// . nothing; blank after the rank has finished. Of many ranks, as many as go on a page.
[[nodiscard]] std::string workload_timeline(const LoadedWorkload& workload, const WorkloadReport& report,
                                            std::size_t columns);

/// Tasks by rank as a Chrome trace: computations in one row, messages and collectives in others.
[[nodiscard]] std::string workload_trace(const LoadedWorkload& workload, const WorkloadReport& report);

/// All that is known, as JSON like that of `ringwood simulate --report`: finish times, links by level and name, every
/// collective with its times, the critical path. The report must hold the path.
[[nodiscard]] std::string workload_json(const std::string& name, const LoadedWorkload& workload,
                                        const WorkloadReport& report, const std::vector<LinkUse>& links,
                                        const Topology& network);

}  // namespace ringwood::cli
