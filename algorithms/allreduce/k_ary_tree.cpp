// Pipelined k-ary tree: segments are summed up along a tree to rank 0 and sent down again, one behind the other.
//
//   p = 7, arity 2         0
//                      1       4        every subtree is an interval of ranks that begins with its root
//                     2 3     5 6
//
// Sanders, Speck, Träff: Two-tree algorithms for full bandwidth broadcast, reduction and scan, 2009.
// Any p; about 2 log_k p rounds for each of `segments` lanes; a rank sends up to k + 1 vectors in all. Rank order kept,
// same bits on all ranks, the same tree for every element.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/segments.hpp"
#include "algorithms/common/trees.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kArity, kSegments};

Program program(const Problem& problem, Rank me) {
  const TreeNode node = k_ary_node(problem.ranks, me, static_cast<Rank>(problem.parameter(kArity)));
  return segmented(problem, problem.parameter(kSegments),
                   [node](const Problem& segment, Chunk) { return tree_allreduce(segment, node); });
}

Chunk pieces(const Problem& problem) {
  return problem.parameter(kSegments);
}

}  // namespace

constinit const Algorithm allreduce_k_ary_tree{
    .name = "k-ary-tree",
    .collective = Collective::kAllreduce,
    .cost = "2(h+S)a + about (k+1)nb + k nc for S segments, height h = log_k p",
    .reference = "Sanders, Speck, Träff 2009",
    .needs = {},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
};

}  // namespace ringwood
