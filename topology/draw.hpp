#pragma once

#include <iosfwd>
#include <string>

#include "topology/topology.hpp"

namespace ringwood {

/// A picture for a terminal (UTF-8): the grid of a torus or mesh of up to 3 dimensions, else every switch with what is
/// on it. Above some tens of hosts the first ones and how many more there are.
[[nodiscard]] std::string draw_text(const Topology& network);

/// The same as SVG: grids as they are, else hosts in a row with the switches above, without switches a circle; names
/// and bandwidths as tooltips. Above 700 hosts and switches, groups (Topology::group_levels) are drawn as one; without
/// groups, or above 10 million links, it only says so.
[[nodiscard]] std::string draw_svg(const Topology& network);

/// Graphviz: hosts are boxes, switches ellipses, a cable an edge labelled with its bandwidth, parallel ones one edge.
void write_dot(const Topology& network, std::ostream& out);

}  // namespace ringwood
