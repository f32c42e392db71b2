#pragma once

#include <iosfwd>
#include <span>

#include "topology/machine.hpp"

namespace ringwood {

/// Platform XML of SimGrid, version 4.1: a zone of hosts, routers and one link for each direction of a cable, routed
/// by Floyd (least number of routes, where Ringwood has its own routing). Parallel cables become one as wide as all. Of
/// the costs of ranks only the number of cores and the loopback are written. read_simgrid reads it back. Throws
/// Error(kUsage) above 10 000 vertices, where SimGrid's tables would not fit into memory.
void write_simgrid(const Machine& machine, std::ostream& out);

/// Network YAML of ASTRA-sim's analytical models, for networks that are products of rings, full meshes and switches
/// (dimensions.hpp). Throws Error(kUsage) for others.
void write_astra_sim(const Machine& machine, std::ostream& out);

/// The coordinates file of MPICH (MPIR_CVAR_COORDINATES_FILE): a line that is skipped, then "rank: group switch port".
/// Switch and group are the innermost and the outermost level of the network's groups, port counts the hosts of a
/// switch; make_mapping reads it back on the same machine.
void write_mpich_coordinates(const Machine& machine, std::span<const Host> mapping, std::ostream& out);

}  // namespace ringwood
