// Rabenseifner's allreduce: vectors are halved while distances double, then the same way back.
//
//   p = 4    0 <-> 1, 2 <-> 3              0 <-> 2, 1 <-> 3                  and back: 0 <-> 2, 1 <-> 3, then
//   rank 0   keeps [q0 q1] of 0+1          keeps q0 of 0+1+2+3               0 <-> 1, 2 <-> 3
//   rank 1   keeps [q2 q3] of 0+1          keeps q2 of 0+1+2+3               (the vector's quarter q is named by the
//   rank 2   keeps [q0 q1] of 2+3          keeps q1 of 0+1+2+3               bits of its keeper in reverse)
//
// Other numbers of ranks: neighbours fold whole vectors first.
//
// Rabenseifner: Optimization of collective reduction operations, ICCS 2004.
// p = 2^k: 2 log2 p rounds, 2(p-1)/p of the vector, (p-1)/p reduced: both optimal; else two rounds and two vectors
// more. What is merged is always two neighbouring intervals of ranks: rank order kept, all ranks get the same bits.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/fold.hpp"

namespace ringwood {

namespace {

Program halve_and_double(const Problem& problem, const Fold&, Rank me) {
  const Rank p = problem.ranks;
  Rank kept = 0;  // the first of the `size` pieces that this rank goes on with
  for (Rank mask = 1, size = p / 2; mask < p; mask *= 2, size /= 2) {
    const Rank partner = me ^ mask;
    kept += (me & mask) != 0 ? size : 0;
    const Side side = partner < me ? Side::kLeft : Side::kRight;
    const Round round{send(partner, problem.part(kept ^ size, p, size)),
                      receive_reduce(partner, problem.part(kept, p, size), side)};
    co_yield round;
  }
  for (Rank mask = p / 2, size = 1; mask > 0; mask /= 2, size *= 2) {
    const Rank partner = me ^ mask;
    const Round round{send(partner, problem.part(kept, p, size)), receive(partner, problem.part(kept ^ size, p, size))};
    co_yield round;
    kept &= ~size;
  }
}

Program program(const Problem& problem, Rank me) {
  return folded_allreduce(problem, me, halve_and_double);
}

Chunk pieces(const Problem& problem) {
  return Fold(problem.ranks).survivors();
}

}  // namespace

constinit const Algorithm allreduce_rabenseifner{
    .name = "rabenseifner",
    .collective = Collective::kAllreduce,
    .cost = "2log2(p)a + 2(p-1)/p nb + (p-1)/p nc; p not 2^k: (2floor(log2 p)+2)a + about 4nb + 2nc",
    .reference = "Rabenseifner 2004",
    .needs = {},
    .program = program,
    .pieces = pieces,
};

}  // namespace ringwood
