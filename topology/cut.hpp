#pragma once

#include <optional>

#include "topology/topology.hpp"

namespace ringwood {

/// Bytes per second that can flow from hosts 0 .. p/2 - 1 to the others if routing is ideal: the maximum flow, which is
/// the smallest cut between these halves. Empty above 100 000 links.
[[nodiscard]] std::optional<double> flow_between_halves(const Topology& network);

}  // namespace ringwood
