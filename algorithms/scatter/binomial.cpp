// Binomial scatter, far ranks first: messages halve on their way from the root.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p, any root; ceil(log2 p) rounds, (p-1)/p of the vector at the root: both optimal. Messages are contiguous.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/knomial_tree.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  return knomial_scatter(problem, me, 2);
}

}  // namespace

constinit const Algorithm scatter_binomial{
    .name = "binomial",
    .collective = Collective::kScatter,
    .cost = "ceil(log2 p)a + (p-1)/p nb",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
};

}  // namespace ringwood
