// Circulant reduce-scatter: in each round the farther half, rounded down, of what is left goes one skip further on.
//
//   p = 5, skips (5) 3 2 1     rank 0 sends b3 b4 to 3;  b2 to 2;  b1 to 1;  and receives into b0 b1, b0, b0
//
// Träff: Optimal, non-pipelined reduce-scatter and allreduce algorithms, 2024.
// Any p; ceil(log2 p) rounds, (p-1)/p of the vector sent and reduced: all optimal. Far ranks and large messages first:
// excellent on a crossbar, poor on rings and tori. The operator must commute.

#include "algorithms/common/circulant.hpp"
#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  for (int k = doublings(p) - 1; k >= 0; --k) {
    const Rank skip = circulant_skip(p, k);
    const Rank count = circulant_skip(p, k + 1) - skip;
    const Round round{send(modulo(me + skip, p), problem.blocks(me + skip, count)),
                      receive_reduce(modulo(me - skip, p), problem.blocks(me, count))};
    co_yield round;
  }
}

}  // namespace

constinit const Algorithm reduce_scatter_circulant{
    .name = "circulant",
    .collective = Collective::kReduceScatter,
    .cost = "ceil(log2 p)a + (p-1)/p nb + (p-1)/p nc",
    .reference = "Träff 2024; Bar-Noy, Kipnis 1994",
    .needs = {.commutative = true},
    .program = program,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
