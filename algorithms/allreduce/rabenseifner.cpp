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
#include "algorithms/common/halving.hpp"

namespace ringwood {

namespace {

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
    .symmetry = same_by_bits,
};

}  // namespace ringwood
