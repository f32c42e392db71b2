#pragma once

#include <memory>
#include <string>
#include <vector>

#include "topology/topology.hpp"

namespace ringwood {

/// A vertex of a tree and the cable that leads up from it.
struct TreeVertex {
  std::string name;
  Vertex parent = -1;       ///< -1 for the root
  double bandwidth = 0;     ///< bytes per second and direction
  Picoseconds latency = 0;  ///< in each direction
  std::size_t level = 0;    ///< of a switch: in the list of names; larger for its parent
};

/// Any tree: hosts first, then switches; `levels` names those of switches, innermost first. Routes lead through the
/// nearest common ancestor and cost O(depth); memory O(vertices). Throws Error(kInput) that names a vertex which is not
/// below the one root, a host that has others below it, and levels that do not grow upwards.
[[nodiscard]] std::unique_ptr<Topology> make_tree(std::vector<TreeVertex> vertices, Host hosts,
                                                  std::vector<std::string> levels);

}  // namespace ringwood
