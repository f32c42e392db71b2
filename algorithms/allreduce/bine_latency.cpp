// Bine, latency version: the butterfly of Swing on one dimension: whole vectors with partners at distances 1, -1, 3,
// -5, 11, ...
//
// De Sensi et al.: Bine trees: enhancing collective operations by optimizing communication locality, SC 2025.
// p = 2^k; log2 p rounds of a whole vector, two thirds as far as recursive doubling's. Ranks associate differently:
// bits may differ between them. The operator must commute.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  return allreduce_swing_latency.program(problem, me);
}

}  // namespace

constinit const Algorithm allreduce_bine_latency{
    .name = "bine-latency",
    .collective = Collective::kAllreduce,
    .cost = "log2(p)(a + nb + nc)",
    .reference = "De Sensi et al. 2025",
    .needs = {.commutative = true, .ranks = RankRule::kPowerOfTwo},
    .program = program,
    .pieces = one_piece,
};

}  // namespace ringwood
