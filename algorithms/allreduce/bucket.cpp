// Bucket: on a grid of ranks, a ring reduce-scatter along each dimension in turn, then ring allgathers the same way
// back.
//
//   dims 3x2    rank 0 1 2     rings (0 1 2) (3 4 5) on thirds, then (0 3) (1 4) (2 5) on halves of a third, and back
//                    3 4 5
//
// Barnett, Littlefield, Payne, van de Geijn: Global combine algorithms for 2-D meshes with wormhole routing, 1995.
// p = d1 d2 ... (dims; the first dimension runs fastest; none given: the two nearest to a square); 2 sum(di - 1)
// rounds, 2(p-1)/p of the vector, all to neighbours on a torus. Same bits on all ranks. The operator must commute.

#include <string>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kDims};

std::vector<Rank> dims_of(const Problem& problem) {
  if (std::vector<Rank> given = dims_given(problem); !given.empty()) {
    return given;
  }
  Rank side = 1;
  for (Rank candidate = 1; Chunk{candidate} * candidate <= problem.ranks; ++candidate) {
    if (problem.ranks % candidate == 0) {
      side = candidate;
    }
  }
  return {problem.ranks / side, side};
}

// The ring along one dimension on which a rank is, and the part of the vector that it works on.
struct Ring {
  Problem problem;
  RankMap ranks;
  ChunkMap chunks;
  Rank member;
};

std::vector<Ring> rings_of(const Problem& problem, Rank me) {
  std::vector<Ring> rings;
  Rank stride = 1;
  Chunk first = 0;
  Chunk count = problem.chunks;
  for (const Rank side : dims_of(problem)) {
    const Rank member = me / stride % side;
    rings.push_back(
        {problem.part_of(side, count), RankMap::strided(me - member * stride, stride), ChunkMap{first, 1, 1}, member});
    count /= side;
    first += member * count;
    stride *= side;
  }
  return rings;
}

Program program(const Problem& problem, Rank me) {
  std::vector<Ring> rings = rings_of(problem, me);
  for (const Ring& ring : rings) {
    co_yield on(ring.ranks, ring.chunks, reduce_scatter_ring.program(ring.problem, ring.member));
  }
  for (; !rings.empty(); rings.pop_back()) {
    const Ring& ring = rings.back();
    co_yield on(ring.ranks, ring.chunks, allgather_ring.program(ring.problem, ring.member));
  }
}

std::string objection(const Problem& problem) {
  return objection_to_dims(dims_of(problem), problem.ranks);
}

}  // namespace

constinit const Algorithm allreduce_bucket{
    .name = "bucket",
    .collective = Collective::kAllreduce,
    .cost = "2 sum(di - 1)a + 2(p-1)/p nb + (p-1)/p nc on a d1 x d2 x ... grid",
    .reference = "Barnett, Littlefield, Payne, van de Geijn 1995",
    .needs = {.commutative = true},
    .program = program,
    .parameters = kParameters,
    .objection = objection,
};

}  // namespace ringwood
