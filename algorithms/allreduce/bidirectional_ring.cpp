// Bidirectional ring: two rings in opposite directions, each with half of the vector.
//
// Patarasuk, Yuan: Bandwidth optimal all-reduce algorithms for clusters of workstations, JPDC 2009.
// Any p; 2(p-1) rounds with two ports, half of a ring's bytes on each: 2(p-1)/p of the vector in all. Same bits on all
// ranks. The operator must commute.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank last = problem.ranks - 1;
  const Problem half = problem.part_of(problem.ranks, problem.chunks / 2);
  Program up = on(RankMap::identity(), ChunkMap{}, allreduce_ring.program(half, me));
  Program down = on(RankMap::strided(last, -1), ChunkMap{half.chunks, 1, 1}, allreduce_ring.program(half, last - me));
  co_yield Lanes(std::move(up), std::move(down));
}

Chunk pieces(const Problem& problem) {
  return 2 * Chunk{problem.ranks};
}

}  // namespace

constinit const Algorithm allreduce_bidirectional_ring{
    .name = "bidirectional-ring",
    .collective = Collective::kAllreduce,
    .cost = "2(p-1)a + (p-1)/p nb on each of 2 ports + (p-1)/p nc",
    .reference = "Patarasuk, Yuan 2009",
    .needs = {.commutative = true},
    .program = program,
    .pieces = pieces,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
