#pragma once

#include <memory>

#include "topology/topology.hpp"

namespace ringwood {

/// How the hosts of an inner network reach the outer one.
struct Attachment {
  std::int32_t nics = 1;    ///< outer hosts that one node stands for
  double bandwidth = 0;     ///< of the cable from an inner host to its NIC
  Picoseconds latency = 0;  ///< of that cable
};

/// Every `nics` hosts of `outer` become a node with a copy of `inner` inside: inner host i of node k is host
/// k * inner.hosts() + i and leaves the node over NIC i * nics / inner.hosts(), which is outer host
/// k * nics + that. Routes inside a node are those of `inner`. Throws Error(kUsage) if NICs do not go into outer hosts
/// or are more than inner hosts, and for too many hosts.
[[nodiscard]] std::shared_ptr<const Topology> make_nested(std::shared_ptr<const Topology> outer,
                                                          std::shared_ptr<const Topology> inner,
                                                          const Attachment& attachment);

}  // namespace ringwood
