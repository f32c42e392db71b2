#pragma once

#include <optional>
#include <vector>

#include "tools/cli/probe_fit.hpp"

namespace ringwood::cli {

/// What a probe found, on the first rank.
struct ProbeResult {
  std::optional<ProbeSamples> inside_host;    ///< nothing if no two ranks share a host
  std::optional<ProbeSamples> between_hosts;  ///< nothing if all do
  Rank hosts = 1;
  Rank ranks_per_host = 1;  ///< the most on one host
  double gamma = 0;         ///< seconds to reduce a byte of a float sum that lies in the cache
};

/// Measures messages between rank 0 and the nearest and farthest other rank, while the others wait. Collective over all
/// ranks; MPI was started (real.hpp). Throws Error(kUsage) if there is only one rank.
[[nodiscard]] ProbeResult probe_ranks();

}  // namespace ringwood::cli
