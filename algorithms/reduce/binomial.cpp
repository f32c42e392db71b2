// Binomial reduce, near ranks first: intervals of 1, 2, 4, ... ranks are merged until one is left.
//
//   p = 6, root 0      1 -> 0   3 -> 2   5 -> 4        root 3      0 -> 1   2 -> 3   4 -> 5
//                      2 -> 0                                      1 -> 3
//                      4 -> 0                                      5 -> 3
//
// The root's bits say which of two intervals' holders goes on, so every root needs as many rounds and keeps the order.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p; ceil(log2 p) rounds of a whole vector. Only neighbouring intervals of ranks are merged: rank order kept.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/knomial_tree.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  return knomial_reduce(problem, me, 2);
}

}  // namespace

constinit const Algorithm reduce_binomial{
    .name = "binomial",
    .collective = Collective::kReduce,
    .cost = "ceil(log2 p)(a + nb + nc)",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .pieces = one_piece,
};

}  // namespace ringwood
