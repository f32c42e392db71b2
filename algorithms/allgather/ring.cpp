// Ring allgather: every rank passes on the block that it received last, until each has been everywhere.
//
//   step 0          step 1          step 2            p = 4
//   0 --b0--> 1     0 --b3--> 1     0 --b2--> 1
//   1 --b1--> 2     1 --b0--> 2     1 --b3--> 2
//   2 --b2--> 3     2 --b1--> 3     2 --b0--> 3
//   3 --b3--> 0     3 --b2--> 0     3 --b1--> 0
//
// Chan, Heimlich, Purkayastha, van de Geijn: Collective communication: theory, practice, and experience, 2007.
// Any p; p-1 rounds; each rank sends (p-1)/p of the vector, to its neighbour only.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const Rank next = modulo(me + 1, p);
  const Rank previous = modulo(me - 1, p);
  for (Rank step = 0; step < p - 1; ++step) {
    const Round round{send(next, problem.block(me - step)), receive(previous, problem.block(me - step - 1))};
    step += co_yield alike(round, p - 2 - step);
  }
}

}  // namespace

constinit const Algorithm allgather_ring{
    .name = "ring",
    .collective = Collective::kAllgather,
    .cost = "(p-1)a + (p-1)/p nb",
    .reference = "Chan, Heimlich, Purkayastha, van de Geijn 2007",
    .needs = {},
    .program = program,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
