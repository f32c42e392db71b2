// Double binary tree: one half of the segments is summed up along each of two trees of the other ranks and ends at the
// root; who has children in one is a leaf of the other. The double-tree broadcast, backwards.
//
// Sanders, Speck, Träff: Two-tree algorithms for full bandwidth broadcast, reduction and scan, 2009.
// Any p; every rank sends one vector and receives at most one (p even: one rank up to one and a half); about
// 2 S + O(log p) one-ported rounds for S segments a tree. The root stands outside of the trees' order: the operator
// must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/segments.hpp"
#include "algorithms/common/trees.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kSegments};

Chunk pieces(const Problem& problem) {
  return 2 * problem.parameter(kSegments);
}

Program program(const Problem& problem, Rank me) {
  return segmented(problem, 2 * problem.parameter(kSegments), [me](const Problem& segment, Chunk index) {
    return tree_reduce(segment, rooted_double_tree_node(segment.ranks, segment.root, me, index % 2));
  });
}

}  // namespace

constinit const Algorithm reduce_double_tree{
    .name = "double-tree",
    .collective = Collective::kReduce,
    .cost = "about nb + nc + 2log2(p)a + O(sqrt(ab n log p)) with the best number of segments",
    .reference = "Sanders, Speck, Träff 2009",
    .needs = {.commutative = true},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
};

}  // namespace ringwood
