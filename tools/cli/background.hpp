#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "topology/topology.hpp"

namespace ringwood::cli {

/// The network with traffic of others on it that does not give way: a link has what that leaves of its bandwidth.
/// "NAME=SHARE", several separated by ';', by link or level; or "random:SHARE": each link between switches (each link,
/// where there are none) has a load between 0 and twice SHARE, evenly, by the seed. Loads end at 95 %. Throws
/// Error(kUsage).
[[nodiscard]] std::shared_ptr<const Topology> with_background(std::shared_ptr<const Topology> network,
                                                              const std::string& text, std::uint64_t seed);

}  // namespace ringwood::cli
