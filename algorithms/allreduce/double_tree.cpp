// Double binary tree: two in-order binary trees, each with half of the vector; who is inside one is a leaf of the
// other.
//
//   p = 8    first tree:  0 - 4 - (2 - (1, 3), 6 - (5, 7))      second tree: the same, rank r in the place of 7 - r
//
// Sanders, Speck, Träff: Two-tree algorithms for full bandwidth broadcast, reduction and scan, 2009.
// Any p; every rank sends and receives at most two vectors, in about 4 S + O(log p) one-ported rounds for S segments a
// tree. Even p: the second tree is the mirror image of the first; odd p: it is shifted by one rank, and the fold goes
// around, so that the operator must commute. Same bits on all ranks.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/segments.hpp"
#include "algorithms/common/trees.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kSegments};

TreeNode second_node(Rank p, Rank me) {
  return p % 2 == 0 ? relabelled(in_order_node(p, p - 1 - me), p - 1, -1, p)
                    : relabelled(in_order_node(p, modulo(me - 1, p)), 1, 1, p);
}

Program program(const Problem& problem, Rank me) {
  const Chunk segments = problem.parameter(kSegments);
  const Rank p = problem.ranks;
  // Segments of the two trees take turns, so that neither has to wait for the whole of the other.
  return segmented(problem, 2 * segments, [p, me](const Problem& segment, Chunk index) {
    return tree_allreduce(segment, index % 2 == 0 ? in_order_node(p, me) : second_node(p, me));
  });
}

Chunk pieces(const Problem& problem) {
  return 2 * problem.parameter(kSegments);
}

}  // namespace

constinit const Algorithm allreduce_double_tree{
    .name = "double-tree",
    .collective = Collective::kAllreduce,
    .cost = "about 2nb + 4log2(p)a + O(sqrt(ab n log p)) with the best number of segments",
    .reference = "Sanders, Speck, Träff 2009",
    .needs = {.commutative = true},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
};

}  // namespace ringwood
