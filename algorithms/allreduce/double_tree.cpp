// Double binary tree: two in-order binary trees, each with half of the vector; who is inside one is a leaf of the
// other.
//
//   p = 8    first tree:  0 - 4 - (2 - (1, 3), 6 - (5, 7))      second tree: the same, rank r in the place of 7 - r
//
// Sanders, Speck, Träff: Two-tree algorithms for full bandwidth broadcast, reduction and scan, 2009.
// Any p; every rank sends and receives at most two vectors, in about 4 S + O(log p) one-ported rounds for S segments a
// tree. With an odd number of ranks the last one is a leaf more in both trees, below the last of the others, which is a
// leaf of the first tree and the root of the second, where it had one child: so that nobody's two vectors become more,
// and both trees keep rank order (the usual shift by one rank does not). Same bits on all ranks.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/segments.hpp"
#include "algorithms/common/trees.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kSegments};

Program program(const Problem& problem, Rank me) {
  const Chunk segments = problem.parameter(kSegments);
  const Rank p = problem.ranks;
  // Segments of the two trees take turns, so that neither has to wait for the whole of the other.
  return segmented(problem, 2 * segments, [p, me](const Problem& segment, Chunk index) {
    return tree_allreduce(segment, double_tree_node(p, me, index % 2));
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
    .needs = {},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
};

}  // namespace ringwood
