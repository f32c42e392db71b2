#pragma once

#include <memory>
#include <vector>

#include "topology/topology.hpp"

namespace ringwood {

/// What a link has of its bandwidth: 1 all, 0 it has failed.
struct LinkFactor {
  LinkId link = 0;
  double factor = 1;
};

/// The network with some links changed. Routes are as before, unless they cross a failed link: those take the fewest
/// links that are left, of equal ones the first by number. Throws Error(kUsage) for links that do not exist and factors
/// that are not numbers from 0 on; routing throws it where no way is left between two hosts.
[[nodiscard]] std::shared_ptr<const Topology> change_links(std::shared_ptr<const Topology> network,
                                                           const std::vector<LinkFactor>& changes);

}  // namespace ringwood
