// Reduce-scatter by distance doubling, then the blocks are gathered along a binomial tree.
//
// Rabenseifner: Optimization of collective reduction operations, ICCS 2004.
// p = 2^k: 2 log2 p rounds, 2(p-1)/p of the vector, (p-1)/p reduced; other p: neighbours fold first. Rank order kept.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  co_yield reduce_scatter_distance_doubling.program(problem, me);
  co_yield gather_binomial.program(problem, me);
}

}  // namespace

constinit const Algorithm reduce_reduce_scatter_gather{
    .name = "reduce-scatter-gather",
    .collective = Collective::kReduce,
    .cost = "2log2(p)a + 2(p-1)/p nb + (p-1)/p nc; p not 2^k: with a fold",
    .reference = "Rabenseifner 2004",
    .needs = {},
    .program = program,
};

}  // namespace ringwood
