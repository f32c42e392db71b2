// Two-shot: everybody gets its block from everybody, adds up, and sends the sum to everybody.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p; two rounds of p-1 messages, 2(p-1)/p of the vector, (p-1)/p reduced. Folded in rank order; same bits on all
// ranks. Beats rings where every rank reaches every other at full speed.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  co_yield reduce_scatter_direct.program(problem, me);
  co_yield allgather_direct.program(problem, me);
}

}  // namespace

constinit const Algorithm allreduce_two_shot{
    .name = "two-shot",
    .collective = Collective::kAllreduce,
    .cost = "2a + 2(p-1)/p nb + (p-1)/p nc with p-1 ports",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
};

}  // namespace ringwood
