// Scatter and allgather: the root deals out blocks along a binomial tree, and a ring gathers them everywhere.
//
// Barnett, Littlefield, Payne, van de Geijn: Global combine algorithms for 2-D meshes with wormhole routing, 1995.
// Any p; ceil(log2 p) + p-1 rounds, about 2(p-1)/p of the vector: for long vectors.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  co_yield scatter_binomial.program(problem, me);
  co_yield allgather_ring.program(problem, me);
}

}  // namespace

constinit const Algorithm broadcast_scatter_allgather{
    .name = "scatter-allgather",
    .collective = Collective::kBroadcast,
    .cost = "(ceil(log2 p) + p-1)a + 2(p-1)/p nb",
    .reference = "Barnett, Littlefield, Payne, van de Geijn 1995",
    .needs = {},
    .program = program,
};

}  // namespace ringwood
