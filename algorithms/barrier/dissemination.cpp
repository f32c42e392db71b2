// Dissemination barrier: in round k everybody notifies the rank 2^k ahead and waits for the one 2^k behind.
//
// Hensgen, Finkel, Manber: Two algorithms for barrier synchronization, IJPP 1988.
// Any p; ceil(log2 p) rounds of empty messages.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  for (Rank distance = 1; distance < p; distance *= 2) {
    const Round round{send(modulo(me + distance, p), problem.whole()),
                      receive_reduce(modulo(me - distance, p), problem.whole())};
    co_yield round;
  }
}

}  // namespace

constinit const Algorithm barrier_dissemination{
    .name = "dissemination",
    .collective = Collective::kBarrier,
    .cost = "ceil(log2 p)a",
    .reference = "Hensgen, Finkel, Manber 1988",
    .needs = {},
    .program = program,
    .pieces = one_piece,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
