#include "topology/topology.hpp"

#include <algorithm>

namespace ringwood {

void Topology::choose_route(Host from, Host to, std::int32_t /*choice*/, std::vector<LinkId>& route) const {
  this->route(from, to, route);
}

Path Topology::path(Host from, Host to) const {
  std::vector<LinkId> links;
  route(from, to, links);
  Path path;
  for (const LinkId id : links) {
    const Link link = this->link(id);
    path.latency += link.latency;
    path.bandwidth = std::min(path.bandwidth, link.bandwidth);
  }
  path.hops = static_cast<std::int32_t>(links.size());
  return path;
}

}  // namespace ringwood
