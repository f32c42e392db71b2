#pragma once

#include <memory>
#include <vector>

#include "topology/topology.hpp"

namespace ringwood {

/// A product of rings, full meshes and switches. Messages take dimension after dimension, the shorter way round a ring,
/// over the hosts at the corners. Throws Error(kUsage) for no dimensions, sizes below 1 and too many hosts.
[[nodiscard]] std::unique_ptr<Topology> make_dimensions(std::vector<NetworkDimension> dimensions);

}  // namespace ringwood
