// Ring allreduce: a ring reduce-scatter, then a ring allgather of the sums.
//
// Patarasuk, Yuan: Bandwidth optimal all-reduce algorithms for clusters of workstations, JPDC 2009.
// Any p; 2(p-1) rounds; each rank sends 2(p-1)/p of the vector, which is optimal, and only to its neighbour. All
// ranks get the same bits. The operator must commute.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  co_yield reduce_scatter_ring.program(problem, me);
  co_yield allgather_ring.program(problem, me);
}

}  // namespace

constinit const Algorithm allreduce_ring{
    .name = "ring",
    .collective = Collective::kAllreduce,
    .cost = "2(p-1)a + 2(p-1)/p nb + (p-1)/p nc",
    .reference = "Patarasuk, Yuan 2009",
    .needs = {.commutative = true},
    .program = program,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
