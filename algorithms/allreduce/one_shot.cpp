// One-shot: everybody sends its whole vector to everybody, and everybody adds up all of them.
//
// Ruefenacht, Bull, Booth: Generalisation of recursive doubling for allreduce, Parallel Computing 2017 (radix p).
// Any p; one round of p-1 messages of a whole vector, folded from rank 0 upwards: rank order kept, same bits on all
// ranks, the same tree for every element.

#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/member_fold.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  std::vector<Operation> round;
  for (Rank distance = 1; distance < p; ++distance) {
    round.push_back(send(modulo(me + distance, p), problem.whole()));
  }
  append_member_fold(round, {.count = p, .digit = me, .first = 0, .stride = 1}, problem.whole());
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
