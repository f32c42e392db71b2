// Ring reduce-scatter: partial sums travel once around the ring, each rank adding its own, and end with their owner.
//
//   step 0          step 1          step 2            p = 4: the sum of block b starts at rank b + 1
//   0 --b3--> 1     0 --b2--> 1     0 --b1--> 1       and has collected everything when it reaches b.
//   1 --b0--> 2     1 --b3--> 2     1 --b2--> 2
//   2 --b1--> 3     2 --b0--> 3     2 --b3--> 3
//   3 --b2--> 0     3 --b1--> 0     3 --b0--> 0
//
// Barnett, Littlefield, Payne, van de Geijn: Global combine algorithms for 2-D meshes with wormhole routing, 1995.
// Any p; p-1 rounds; each rank sends (p-1)/p of the vector. Block b is folded in the order b+1, b+2, ..., b: the
// operator must commute.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const Rank next = modulo(me + 1, p);
  const Rank previous = modulo(me - 1, p);
  for (Rank step = 0; step < p - 1; ++step) {
    const Round round{send(next, problem.block(me - step - 1)), receive_reduce(previous, problem.block(me - step - 2))};
    step += co_yield alike(round, p - 2 - step);
  }
}

}  // namespace

constinit const Algorithm reduce_scatter_ring{
    .name = "ring",
    .collective = Collective::kReduceScatter,
    .cost = "(p-1)a + (p-1)/p nb + (p-1)/p nc",
    .reference = "Barnett, Littlefield, Payne, van de Geijn 1995; Patarasuk, Yuan 2009",
    .needs = {.commutative = true},
    .program = program,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
