#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/cli/probe_fit.hpp"
#include "topology/reduction_costs.hpp"

namespace ringwood::cli {

/// What a probe found out about the network between hosts.
struct ProbeNetwork {
  std::vector<std::string> hosts;   ///< names
  std::vector<std::size_t> groups;  ///< of each host: 0, 1, ... in the order of their first hosts
  double far_latency = 0;           ///< seconds that a message between groups takes longer than one inside
  std::vector<double> uplinks;      ///< bytes per second that leave a group while all its hosts exchange with others
};

/// What a probe found, on the first rank.
struct ProbeResult {
  std::optional<ProbeSamples> inside_host;    ///< nothing if no two ranks share a host
  std::optional<ProbeSamples> between_hosts;  ///< nothing if all do
  ProbeNetwork network;
  Rank ranks_per_host = 1;  ///< the most on one host
  std::optional<ReductionCosts> reductions;
};

/// Measures messages between ranks of one host and of two, as the library sends them; all pairs at once, since that is
/// what collectives do. Collective over all ranks; MPI was started (real.hpp). Throws Error(kUsage) if there is only
/// one rank.
[[nodiscard]] ProbeResult probe_ranks(double budget);

}  // namespace ringwood::cli
