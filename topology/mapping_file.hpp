#pragma once

#include <vector>

#include "topology/input_text.hpp"
#include "topology/machine.hpp"

namespace ringwood {

/// Reads where ranks run from a file in one of these forms, told apart by content; '#' starts a comment:
///   one host number a line, rank by rank;
///   a hostfile of MPI: "n0 slots=4 max_slots=8" or "n0:4" (as many as fit a host if no number is given), filled in
///     order;
///   a rankfile of Open MPI: "rank 0=n1 slot=0:1" ("+n0" is host 0), slots are not looked at;
///   coordinates of MPICH: a line that is skipped, then "0: 1 3 7" for group, switch and port of rank 0.
/// Hosts are those of the machine with the same name; if no name in the file is one of the machine's, hosts are
/// numbered in the order in which the file first names them. Throws Error(kInput) with line and column: for hosts and
/// coordinates that the machine has not, more ranks on a host than it has places, and ranks without a host.
[[nodiscard]] Mapping read_mapping(const InputText& input, const Machine& machine, Rank ranks);

/// What MPICH calls a place in the network.
struct HostCoordinates {
  std::int64_t group = 0;  ///< of the outermost level
  std::int64_t leaf = 0;   ///< "switch": of the innermost level, counted over the whole machine
  std::int64_t port = 0;   ///< of that switch

  friend auto operator<=>(const HostCoordinates&, const HostCoordinates&) = default;
};

/// For each host; the levels are those of Topology::group_levels, all 0 but the port if there are none.
[[nodiscard]] std::vector<HostCoordinates> coordinates_of(const Topology& network);

}  // namespace ringwood
