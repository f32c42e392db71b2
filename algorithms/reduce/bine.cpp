// Bine reduce: the Bine broadcast tree backwards: near ranks are added up first, at two thirds of the distance of a
// binomial tree.
//
//   p = 8, root 0    1 -> 0, 2 -> 3, 5 -> 4, 6 -> 7    7 -> 0, 4 -> 3    3 -> 0
//
// De Sensi et al.: Bine trees: enhancing collective operations by optimizing communication locality, SC 2025.
// p = 2^k; log2 p rounds of a whole vector. The ranks merged go round the end: the operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/reverse.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  return reversed(problem, broadcast_bine.program(problem, me), Reversal::kIntoReduction);
}

}  // namespace

constinit const Algorithm reduce_bine{
    .name = "bine",
    .collective = Collective::kReduce,
    .cost = "log2(p)(a + nb + nc)",
    .reference = "De Sensi et al. 2025",
    .needs = {.commutative = true, .ranks = RankRule::kPowerOfTwo},
    .program = program,
    .pieces = one_piece,
};

}  // namespace ringwood
