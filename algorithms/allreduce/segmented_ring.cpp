// Segmented ring: each block is cut in segments, and as many rings run side by side: while one segment is reduced, the
// next is on its way.
//
// Patarasuk, Yuan: Bandwidth optimal all-reduce algorithms for clusters of workstations, JPDC 2009.
// Any p; 2(p-1) rounds in each of `segments` lanes; the ring's bytes, `segments` times its messages. Worth it where
// reducing takes about as long as sending. Same bits on all ranks. The operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kSegments};

Program program(const Problem& problem, Rank me) {
  const Chunk segments = problem.parameter(kSegments);
  const Problem ring = problem.part_of(problem.ranks, problem.ranks);
  const Chunk width = problem.chunks / problem.ranks / segments;
  std::vector<Program> lanes;
  for (Chunk i = 0; i < segments; ++i) {
    lanes.push_back(
        on(RankMap::identity(), ChunkMap{i * width, segments * width, width}, allreduce_ring.program(ring, me)));
  }
  co_yield Lanes(std::move(lanes));
}

Chunk pieces(const Problem& problem) {
  return problem.ranks * problem.parameter(kSegments);
}

}  // namespace

constinit const Algorithm allreduce_segmented_ring{
    .name = "segmented-ring",
    .collective = Collective::kAllreduce,
    .cost = "about 2(p-1)(a + nb/p) + a fill of `segments`, reductions hidden",
    .reference = "Patarasuk, Yuan 2009",
    .needs = {.commutative = true},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
