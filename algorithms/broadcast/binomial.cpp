// Binomial broadcast, far ranks first: everyone who has the vector passes it on to the other half of its interval.
//
//   p = 6, root 0      0 -> 4                          root 3      3 -> 5
//                      0 -> 2                                      3 -> 1
//                      0 -> 1   2 -> 3   4 -> 5                    1 -> 0   3 -> 2   5 -> 4
//
// The mirror image of the binomial reduce to the same root.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p; ceil(log2 p) rounds of a whole vector.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/knomial_tree.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  return knomial_broadcast(problem, me, 2);
}

}  // namespace

constinit const Algorithm broadcast_binomial{
    .name = "binomial",
    .collective = Collective::kBroadcast,
    .cost = "ceil(log2 p)(a + nb)",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .pieces = one_piece,
};

}  // namespace ringwood
