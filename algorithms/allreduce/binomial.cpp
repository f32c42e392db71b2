// Binomial reduce to rank 0, then binomial broadcast.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p; 2 ceil(log2 p) rounds of a whole vector, and few messages: 2(p-1) in all. Rank order kept, same bits.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Problem rooted = problem.part_of(problem.ranks, problem.chunks);
  co_yield reduce_binomial.program(rooted, me);
  co_yield broadcast_binomial.program(rooted, me);
}

}  // namespace

constinit const Algorithm allreduce_binomial{
    .name = "binomial",
    .collective = Collective::kAllreduce,
    .cost = "2ceil(log2 p)(a + nb) + ceil(log2 p)nc",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .pieces = one_piece,
};

}  // namespace ringwood
