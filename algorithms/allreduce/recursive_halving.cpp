// Recursive halving and doubling: reduce-scatter by the one, then allgather by the other, both far and near alike.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// p = 2^k: 2 log2 p rounds, 2(p-1)/p of the vector; other p: both parts fold. The operator must commute; see
// rabenseifner for the form that keeps rank order and has the large messages between near ranks.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  co_yield reduce_scatter_recursive_halving.program(problem, me);
  co_yield allgather_recursive_doubling.program(problem, me);
}

}  // namespace

constinit const Algorithm allreduce_recursive_halving{
    .name = "recursive-halving",
    .collective = Collective::kAllreduce,
    .cost = "2log2(p)a + 2(p-1)/p nb + (p-1)/p nc; p not 2^k: (2floor(log2 p)+4)a + about 4nb + 2nc",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {.commutative = true},
    .program = program,
    .symmetry = same_by_bits,
};

}  // namespace ringwood
