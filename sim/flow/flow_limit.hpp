#pragma once

#include <algorithm>
#include <cmath>

#include "sim/flow/max_min.hpp"
#include "topology/machine.hpp"

namespace ringwood {

/// Bytes per picosecond that a message cannot pass, whatever the links; kNoLimit: none. G is the links' where there are
/// any on the way, unless it was replaced.
[[nodiscard]] inline double flow_limit(const Machine& machine, const LogGops& costs, bool between_hosts) {
  const bool on_links = between_hosts && machine.network->links() > 0;
  const std::uint64_t by_gap = on_links && !machine.replaced.G.has_value() ? 0 : costs.G.scaled;
  const std::uint64_t scaled = std::max(costs.O.scaled, by_gap);
  return scaled == 0 ? kNoLimit : std::ldexp(1.0 / static_cast<double>(scaled), 32);
}

/// Bytes that the cables between hosts let pass at once; 0: none.
[[nodiscard]] inline Bytes burst_of(const Machine& machine) {
  const LogGops& costs = machine.between_hosts;
  return costs.corrections == nullptr ? 0 : costs.corrections->burst();
}

}  // namespace ringwood
