// Swing, latency version: whole vectors with partners at distances 1, -1, 3, -5, 11, ...
//
// De Sensi, Bonato, Saam, Hoefler: Swing: short-cutting rings for higher bandwidth allreduce, NSDI 2024.
// p = 2^k; log2 p rounds of a whole vector, two thirds as far as recursive doubling's. Ranks associate differently:
// bits may differ between them. The operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/swing.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  int step = 0;
  for (Rank merged = 1; merged < problem.ranks; merged *= 2) {
    const Rank partner = swing_partner(me, step++, problem.ranks);
    const Round round{send(partner, problem.whole()), receive_reduce(partner, problem.whole())};
    co_yield round;
  }
}

}  // namespace

constinit const Algorithm allreduce_swing_latency{
    .name = "swing-latency",
    .collective = Collective::kAllreduce,
    .cost = "log2(p)(a + nb + nc)",
    .reference = "De Sensi, Bonato, Saam, Hoefler 2024",
    .needs = {.commutative = true, .ranks = RankRule::kPowerOfTwo},
    .program = program,
    .pieces = one_piece,
};

}  // namespace ringwood
