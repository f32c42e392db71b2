// Direct: in one round, everybody sends everybody else the block that it is to own.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p; one round of p-1 messages, staggered so that no rank is everybody's first. What comes in is folded downwards
// from the rank below on the left and upwards from the rank above on the right: rank order kept.

#include <vector>

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  std::vector<Operation> round;
  for (Rank distance = 1; distance < p; ++distance) {
    const Rank to = modulo(me + distance, p);
    round.push_back(send(to, problem.block(to)));
  }
  for (Rank from = me - 1; from >= 0; --from) {
    round.push_back(receive_reduce(from, problem.block(me), Side::kLeft));
  }
  for (Rank from = me + 1; from < p; ++from) {
    round.push_back(receive_reduce(from, problem.block(me), Side::kRight));
  }
  co_yield std::span<const Operation>(round);
}

}  // namespace

constinit const Algorithm reduce_scatter_direct{
    .name = "direct",
    .collective = Collective::kReduceScatter,
    .cost = "a + (p-1)/p nb + (p-1)/p nc with p-1 ports",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
};

}  // namespace ringwood
