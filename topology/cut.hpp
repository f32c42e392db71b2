#pragma once

#include <optional>
#include <vector>

#include "topology/topology.hpp"

namespace ringwood {

/// Bytes per second that can flow from hosts 0 .. p/2 - 1 to the others if routing is ideal: the maximum flow, which is
/// the smallest cut between these halves. Empty above 100 000 links.
[[nodiscard]] std::optional<double> flow_between_halves(const Topology& network);

/// Bytes per second that can flow from the hosts that are `inside` to all others; the same. `inside` has one for each
/// host.
[[nodiscard]] std::optional<double> flow_out_of(const Topology& network, const std::vector<bool>& inside);

}  // namespace ringwood
