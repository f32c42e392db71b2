// Chain: segments of the vector go from the root around all ranks, one behind the other.
//
// Sanders, Speck, Träff: Two-tree algorithms for full bandwidth broadcast, reduction and scan, 2009.
// Any p; p-2+S rounds of a segment for S segments: tends to one vector's time for long vectors.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/segments.hpp"
#include "algorithms/common/trees.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kSegments};

Chunk pieces(const Problem& problem) {
  return problem.parameter(kSegments);
}

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const TreeNode node = relabelled(chain_node(p, modulo(me - problem.root, p)), problem.root, 1, p);
  return segmented(problem, problem.parameter(kSegments),
                   [node](const Problem& segment, Chunk) { return tree_broadcast(segment, node); });
}

}  // namespace

constinit const Algorithm broadcast_chain{
    .name = "chain",
    .collective = Collective::kBroadcast,
    .cost = "(p-2+S)(a + nb/S) for S segments",
    .reference = "Sanders, Speck, Träff 2009",
    .needs = {},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
};

}  // namespace ringwood
