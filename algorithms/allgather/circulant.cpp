// Circulant allgather: Bruck's with skips that halve p, rounding up, so that no round is a partial leftover.
//
//   p = 5, skips 1 2 3 (5)     rank 0 has b0;  gets b1 from 1;  gets b2 from 2;  gets b3 b4 from 3
//
// Träff: Optimal, non-pipelined reduce-scatter and allreduce algorithms, 2024.
// Any p; ceil(log2 p) rounds, (p-1)/p of the vector: both optimal. Blocks are received where they belong, so nothing is
// rotated in the end. Far ranks and large messages last.

#include "algorithms/common/circulant.hpp"
#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  for (int k = 0; k < doublings(p); ++k) {
    const Rank skip = circulant_skip(p, k);
    const Rank count = circulant_skip(p, k + 1) - skip;
    const Round round{send(modulo(me - skip, p), problem.blocks(me, count)),
                      receive(modulo(me + skip, p), problem.blocks(me + skip, count))};
    co_yield round;
  }
}

}  // namespace

constinit const Algorithm allgather_circulant{
    .name = "circulant",
    .collective = Collective::kAllgather,
    .cost = "ceil(log2 p)a + (p-1)/p nb",
    .reference = "Träff 2024; Bar-Noy, Kipnis 1994",
    .needs = {},
    .program = program,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
