// Direct: in one round, everybody sends everybody else its block.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p; one round of p-1 messages, staggered so that no rank is everybody's first; (p-1)/p of what a rank holds.

#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/pair_blocks.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  std::vector<Operation> round;
  for (Rank distance = 1; distance < p; ++distance) {
    const Rank to = modulo(me + distance, p);
    const Rank from = modulo(me - distance, p);
    round.push_back(send(to, pair_block(problem, me, to)));
    round.push_back(receive(from, pair_block(problem, from, me)));
  }
  co_yield std::span<const Operation>(round);
}

}  // namespace

constinit const Algorithm alltoall_direct{
    .name = "direct",
    .collective = Collective::kAlltoall,
    .cost = "a + (p-1)/p nb with p-1 ports",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .pieces = one_piece_per_pair,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
