#pragma once

#include "topology/machine_graph_builder.hpp"
#include "topology/xml_input.hpp"

namespace ringwood {

/// The numbers of a link, from attributes of those names in SimGrid's units. Throws Error(kInput) with the place.
[[nodiscard]] MachineGraphBuilder::Direction simgrid_cable(const XmlInput& xml, const pugi::xml_node& element,
                                                           const char* bandwidth, const char* latency);

/// A <cluster> element of kind FLAT, TORUS, FAT_TREE or DRAGONFLY. Hosts keep the order of `radical`, not its names.
[[nodiscard]] Machine read_simgrid_cluster(const XmlInput& xml, const pugi::xml_node& cluster);

}  // namespace ringwood
