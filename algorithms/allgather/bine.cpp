// Bine butterfly: on one dimension the partners and messages are those of Swing, whose program it runs; what Bine adds
// are trees, and in allreduce a layout in which every message is one run.
//
// De Sensi et al.: Bine trees: enhancing collective operations by optimizing communication locality, SC 2025.
// Even p: ceil(log2 p) rounds, (p-1)/p of the vector; odd p: see swing.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  return allgather_swing.program(problem, me);
}

}  // namespace

constinit const Algorithm allgather_bine{
    .name = "bine",
    .collective = Collective::kAllgather,
    .cost = "ceil(log2 p)a + (p-1)/p nb; odd p: ceil(log2(p-1))a and a little more nb",
    .reference = "De Sensi et al. 2025",
    .needs = {},
    .program = program,
};

}  // namespace ringwood
