// Bine allreduce: the Swing butterfly with the vector permuted so that every message is one run of it.
//
//   p = 8    rank 0 keeps the half of the pieces around its own position, then the quarter, then the piece itself;
//            its partner at distance 1, -1, 3, ... keeps the other half, quarter, piece; then the same way back.
//
// De Sensi et al.: Bine trees: enhancing collective operations by optimizing communication locality, SC 2025.
// p = 2^k; 2 log2 p rounds, 2(p-1)/p of the vector, (p-1)/p reduced: all optimal; contiguous messages. Same bits on all
// ranks. The operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/swing.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const Rank mine = swing_position(me, p);
  int step = 0;
  for (Rank size = p / 2; size > 0; size /= 2) {
    const Rank partner = swing_partner(me, step++, p);
    const Rank kept = mine & -size;
    const Round round{send(partner, problem.part(kept ^ size, p, size)),
                      receive_reduce(partner, problem.part(kept, p, size))};
    co_yield round;
  }
  for (Rank size = 1; size < p; size *= 2) {
    const Rank partner = swing_partner(me, --step, p);
    const Rank kept = mine & -size;
    const Round round{send(partner, problem.part(kept, p, size)), receive(partner, problem.part(kept ^ size, p, size))};
    co_yield round;
  }
}

}  // namespace

constinit const Algorithm allreduce_bine{
    .name = "bine",
    .collective = Collective::kAllreduce,
    .cost = "2log2(p)a + 2(p-1)/p nb + (p-1)/p nc",
    .reference = "De Sensi et al. 2025",
    .needs = {.commutative = true, .ranks = RankRule::kPowerOfTwo},
    .program = program,
};

}  // namespace ringwood
