// Circulant allreduce: reduce-scatter and allgather on the circulant graph whose skips halve p.
//
// Träff: Optimal, non-pipelined reduce-scatter and allreduce algorithms, 2024.
// Any p; 2 ceil(log2 p) rounds, 2(p-1)/p of the vector, (p-1)/p reduced: all optimal. Same bits on all ranks. The
// operator must commute. Large messages go to far ranks.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  co_yield reduce_scatter_circulant.program(problem, me);
  co_yield allgather_circulant.program(problem, me);
}

}  // namespace

constinit const Algorithm allreduce_circulant{
    .name = "circulant",
    .collective = Collective::kAllreduce,
    .cost = "2ceil(log2 p)a + 2(p-1)/p nb + (p-1)/p nc",
    .reference = "Träff 2024",
    .needs = {.commutative = true},
    .program = program,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
