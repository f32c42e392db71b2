// K-ary tree: segments of the vector go down a tree of fixed fan-out, one behind the other.
//
// Sanders, Speck, Träff: Two-tree algorithms for full bandwidth broadcast, reduction and scan, 2009.
// Any p; log_k p + S rounds of k messages of a segment, for S segments.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/segments.hpp"
#include "algorithms/common/trees.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kArity, kSegments};

Chunk pieces(const Problem& problem) {
  return problem.parameter(kSegments);
}

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const TreeNode node = relabelled(
      k_ary_node(p, modulo(me - problem.root, p), static_cast<Rank>(problem.parameter(kArity))), problem.root, 1, p);
  return segmented(problem, problem.parameter(kSegments),
                   [node](const Problem& segment, Chunk) { return tree_broadcast(segment, node); });
}

}  // namespace

constinit const Algorithm broadcast_k_ary{
    .name = "k-ary",
    .collective = Collective::kBroadcast,
    .cost = "(log_k p + S)(a + k nb/S) for S segments",
    .reference = "Sanders, Speck, Träff 2009",
    .needs = {},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
};

}  // namespace ringwood
