#pragma once

#include <span>
#include <string>
#include <vector>

#include "interpret/mpi/node_endpoint.hpp"

namespace ringwood {

/// The ranks of this node by their number there, from `rank_of` of a Node.
[[nodiscard]] std::vector<Rank> ranks_of_node(std::span<const Rank> rank_of);

/// For a rank that has waited too long for `peer` (of the node): whom it waits for, and which ranks of the node have
/// not begun the call that this one is in, or have left it. `ranks` are the names to use.
[[nodiscard]] std::string who_has_come(NodeEndpoint& endpoint, std::span<const Rank> ranks, Rank peer);

}  // namespace ringwood
