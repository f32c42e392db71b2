// Neighbor exchange: pairs swap, then everybody talks to its two neighbours in turn and passes on the two blocks that
// it got last.
//
//   p = 6    round 0: 0 <-> 1  2 <-> 3  4 <-> 5        round 1: 5 <-> 0  1 <-> 2  3 <-> 4
//   rank 0   b0 for b1                                 b0 b1 for b4 b5          round 2: b4 b5 for b2 b3, with 1
//
// Chen, Zhang, Zhang, Yuan: Performance evaluation of allgather algorithms on terascale Linux cluster with fast
// Ethernet, HPC Asia 2005. Even p; p/2 rounds, half of the ring's; (p-1)/p of the vector, all to neighbours.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  if (p == 1) {
    co_return;
  }
  const Rank direction = me % 2 == 0 ? 1 : -1;
  const Round first{send(me + direction, problem.block(me)), receive(me + direction, problem.block(me + direction))};
  co_yield first;
  Rank newest = me - me % 2;  // the pair of blocks that came last
  for (Rank round_number = 1; round_number < p / 2; ++round_number) {
    // Even ranks turn back first, then forth: what they get lies 2, 2, 4, 4, ... blocks behind and ahead by turns.
    const Rank side = round_number % 2 == 0 ? direction : -direction;
    const Rank partner = modulo(me + side, p);
    const Rank incoming = me - me % 2 + side * (round_number + round_number % 2);
    const Round round{send(partner, problem.blocks(newest, 2)), receive(partner, problem.blocks(incoming, 2))};
    co_yield round;
    newest = incoming;
  }
}

}  // namespace

constinit const Algorithm allgather_neighbor_exchange{
    .name = "neighbor-exchange",
    .collective = Collective::kAllgather,
    .cost = "p/2 a + (p-1)/p nb",
    .reference = "Chen, Zhang, Zhang, Yuan 2005",
    .needs = {.ranks = RankRule::kEven},
    .program = program,
};

}  // namespace ringwood
