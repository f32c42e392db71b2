// Chain: partial sums of segments go from the last rank around to the root, one segment behind the other.
//
// Sanders, Speck, Träff: Two-tree algorithms for full bandwidth broadcast, reduction and scan, 2009.
// Any p; p-2+S rounds of a segment for S segments. The chain begins behind the root and goes around: the operator must
// commute.

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
                   [node](const Problem& segment, Chunk) { return tree_reduce(segment, node); });
}

}  // namespace

constinit const Algorithm reduce_chain{
    .name = "chain",
    .collective = Collective::kReduce,
    .cost = "(p-2+S)(a + nb/S + nc/S) for S segments",
    .reference = "Sanders, Speck, Träff 2009",
    .needs = {.commutative = true},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
};

}  // namespace ringwood
