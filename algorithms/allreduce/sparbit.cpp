// Sparbit run backwards as a reduce-scatter, then as it is: the large messages stay near.
//
// Loch, Koslovski: Sparbit: a new logarithmic-cost and data locality-aware MPI allgather algorithm, 2021.
// Any p; 2 ceil(log2 p) rounds, 2(p-1)/p of the vector, (p-1)/p reduced: all optimal. Same bits on all ranks. The
// operator must commute.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  co_yield reduce_scatter_reversed_sparbit.program(problem, me);
  co_yield allgather_sparbit.program(problem, me);
}

}  // namespace

constinit const Algorithm allreduce_sparbit{
    .name = "sparbit",
    .collective = Collective::kAllreduce,
    .cost = "2ceil(log2 p)a + 2(p-1)/p nb + (p-1)/p nc",
    .reference = "Loch, Koslovski 2021",
    .needs = {.commutative = true},
    .program = program,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
