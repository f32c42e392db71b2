#pragma once

#include <span>
#include <string>
#include <vector>

#include "interpret/mpi/node_endpoint.hpp"

namespace ringwood {

/// The ranks of this node by their number there, from `rank_of` of a Node.
[[nodiscard]] std::vector<Rank> ranks_of_node(std::span<const Rank> rank_of);

/// For a rank that has waited too long for `peer` (of the node, or NodeEndpoint::kElsewhere; then `elsewhere` names
/// whom it waits for): in which call and round; which ranks of the node have not begun that call; in which round the
/// others are, and for whom they wait; and who is late, which is where those end who wait for one another. `ranks` are
/// the names to use.
[[nodiscard]] std::string who_has_come(NodeEndpoint& endpoint, std::span<const Rank> ranks, Rank peer,
                                       const std::string& elsewhere);

}  // namespace ringwood
