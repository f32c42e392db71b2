// One-shot: everybody sends its whole vector to everybody, and everybody adds up all of them.
//
// Ruefenacht, Bull, Booth: Generalisation of recursive doubling for allreduce, Parallel Computing 2017 (radix p).
// Any p; one round of p-1 messages of a whole vector. What comes in is folded downwards from the rank below on the left
// and upwards from the rank above on the right: rank order kept, though each rank associates in its own way.

#include <vector>

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  std::vector<Operation> round;
  for (Rank distance = 1; distance < p; ++distance) {
    round.push_back(send(modulo(me + distance, p), problem.whole()));
  }
  for (Rank from = me - 1; from >= 0; --from) {
    round.push_back(receive_reduce(from, problem.whole(), Side::kLeft));
  }
  for (Rank from = me + 1; from < p; ++from) {
    round.push_back(receive_reduce(from, problem.whole(), Side::kRight));
  }
  co_yield std::span<const Operation>(round);
}

}  // namespace

constinit const Algorithm allreduce_one_shot{
    .name = "one-shot",
    .collective = Collective::kAllreduce,
    .cost = "a + (p-1)nb + (p-1)nc with p-1 ports",
    .reference = "Ruefenacht, Bull, Booth 2017",
    .needs = {},
    .program = program,
    .pieces = one_piece,
};

}  // namespace ringwood
