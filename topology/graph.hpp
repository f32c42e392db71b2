#pragma once

#include <memory>
#include <string>
#include <vector>

#include "topology/topology.hpp"

namespace ringwood {

/// Any network: hosts first, then switches; links 2i and 2i + 1 are the directions of cable i. Routes have least
/// latency, and among those fewest links; where several are equal, a hash of source and destination chooses (ECMP).
/// Hosts that hang off one switch only are its group (level "leaf"), if all hosts do and there are several switches.
/// Throws Error(kInput) that lists the hosts which cannot be reached, and for graphs whose table of routes would pass
/// 400 MB or take more than 4e9 steps (hosts times links).
[[nodiscard]] std::unique_ptr<Topology> make_graph(std::vector<std::string> names, Host hosts, std::vector<Link> links);

}  // namespace ringwood
