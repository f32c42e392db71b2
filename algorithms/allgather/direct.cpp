// Direct: in one round, everybody sends its block to everybody else.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p; one round of p-1 messages, staggered so that no rank is everybody's first.

#include <vector>

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  std::vector<Operation> round;
  for (Rank distance = 1; distance < p; ++distance) {
    round.push_back(send(modulo(me + distance, p), problem.block(me)));
  }
  for (Rank distance = 1; distance < p; ++distance) {
    const Rank from = modulo(me - distance, p);
    round.push_back(receive(from, problem.block(from)));
  }
  co_yield std::span<const Operation>(round);
}

}  // namespace

constinit const Algorithm allgather_direct{
    .name = "direct",
    .collective = Collective::kAllgather,
    .cost = "a + (p-1)/p nb with p-1 ports",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
