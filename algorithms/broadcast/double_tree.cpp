// Double binary tree: the root sends one half of the segments down each of two trees of the other ranks; who has
// children in one is a leaf of the other.
//
//   p = 9, root 8    tree 0:  8 - 0 - 4 - (2 - (1, 3), 6 - (5, 7))      tree 1:  8 - 7 - 3 - (5 - (6, 4), 1 - (2, 0))
//
// Sanders, Speck, Träff: Two-tree algorithms for full bandwidth broadcast, reduction and scan, 2009.
// Any p; every rank receives one vector and sends at most one (p even: one rank sends up to one and a half); about
// 2 S + O(log p) one-ported rounds for S segments a tree.

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
    return tree_broadcast(segment, rooted_double_tree_node(segment.ranks, segment.root, me, index % 2));
  });
}

}  // namespace

constinit const Algorithm broadcast_double_tree{
    .name = "double-tree",
    .collective = Collective::kBroadcast,
    .cost = "about nb + 2log2(p)a + O(sqrt(ab n log p)) with the best number of segments",
    .reference = "Sanders, Speck, Träff 2009",
    .needs = {},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
};

}  // namespace ringwood
