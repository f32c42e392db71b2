// Bine tree: everyone who has the vector sends it to its partner of the Swing butterfly, far ones first: two thirds as
// far as in a binomial tree.
//
//   p = 8, root 0    0 -> 3    0 -> 7, 3 -> 4    0 -> 1, 3 -> 2, 4 -> 5, 7 -> 6
//
// De Sensi et al.: Bine trees: enhancing collective operations by optimizing communication locality, SC 2025.
// p = 2^k; log2 p rounds of a whole vector.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/circulant.hpp"
#include "algorithms/common/swing.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const Rank mine = modulo(me - problem.root, p);  // as if the root were 0
  Rank holder = 0;                                 // from whom `mine` is reached in the steps that are left
  for (int step = doublings(p); step-- > 0;) {
    const Rank partner = swing_partner(holder, step, p);
    const bool reached = swing_reaches(holder, mine, step, p);
    if (holder == mine) {
      const Round round{send(modulo(partner + problem.root, p), problem.whole())};
      co_yield round;
    } else if (partner == mine) {
      const Round round{receive(modulo(holder + problem.root, p), problem.whole())};
      co_yield round;
    }
    holder = reached ? holder : partner;
  }
}

}  // namespace

constinit const Algorithm broadcast_bine{
    .name = "bine",
    .collective = Collective::kBroadcast,
    .cost = "log2(p)(a + nb)",
    .reference = "De Sensi et al. 2025",
    .needs = {.ranks = RankRule::kPowerOfTwo},
    .program = program,
    .pieces = one_piece,
};

}  // namespace ringwood
