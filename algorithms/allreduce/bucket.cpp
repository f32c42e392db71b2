// Bucket: on a grid of ranks, a ring reduce-scatter along each dimension in turn, then ring allgathers the same way
// back.
//
//   dims 3x2    rank 0 1 2     rings (0 1 2) (3 4 5) on thirds, then (0 3) (1 4) (2 5) on halves of a third, and back
//                    3 4 5
//
// Barnett, Littlefield, Payne, van de Geijn: Global combine algorithms for 2-D meshes with wormhole routing, 1995.
// With ports, as many copies side by side, each with its part of the vector: on D dimensions copy i begins along
// dimension i modulo D, and every second D of them go round the other way (Sack, Gropp 2015). 2D copies use all links
// of a torus.
//
// p = d1 d2 ... (dims; the first dimension runs fastest; none given: the two nearest to a square); 2 sum(di - 1)
// rounds, 2(p-1)/p of the vector, all to neighbours on a torus. Same bits on all ranks. The operator must commute.

#include <cstdint>
#include <string>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kDims, kPorts};

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

std::vector<Ring> rings_of(const Problem& problem, Rank me, Rank copy) {
  const std::vector<Rank> sides = dims_of(problem);
  const std::size_t dimensions = sides.size();
  const bool turned = static_cast<std::size_t>(copy) / dimensions % 2 != 0;
  std::vector<Ring> rings;
  Chunk first = 0;
  Chunk count = problem.chunks;
  for (std::size_t i = 0; i < dimensions; ++i) {
    const std::size_t dimension = (i + static_cast<std::size_t>(copy)) % dimensions;
    Rank stride = 1;
    for (std::size_t inner = 0; inner < dimension; ++inner) {
      stride *= sides[inner];
    }
    const Rank side = sides[dimension];
    const Rank place = me / stride % side;
    const Rank start = me - place * stride;
    const Rank member = turned ? side - 1 - place : place;
    const RankMap ranks =
        turned ? RankMap::strided(start + (side - 1) * stride, -stride) : RankMap::strided(start, stride);
    rings.push_back({problem.part_of(side, count), ranks, ChunkMap{first, 1, 1}, member});
    count /= side;
    first += member * count;
  }
  return rings;
}

Program one_copy(const Problem& problem, Rank me, Rank copy) {
  std::vector<Ring> rings = rings_of(problem, me, copy);
  for (const Ring& ring : rings) {
    co_yield on(ring.ranks, ring.chunks, reduce_scatter_ring.program(ring.problem, ring.member));
  }
  for (; !rings.empty(); rings.pop_back()) {
    const Ring& ring = rings.back();
    co_yield on(ring.ranks, ring.chunks, allgather_ring.program(ring.problem, ring.member));
  }
}

Program program(const Problem& problem, Rank me) {
  const auto ports = static_cast<Rank>(problem.parameter(kPorts));
  if (ports == 1) {
    co_yield one_copy(problem, me, 0);
    co_return;
  }
  const Problem part = problem.part_of(problem.ranks, problem.chunks / ports);
  std::vector<Program> copies;
  copies.reserve(static_cast<std::size_t>(ports));
  for (Rank copy = 0; copy < ports; ++copy) {
    copies.push_back(on(RankMap::identity(), ChunkMap{copy * part.chunks, 1, 1}, one_copy(part, me, copy)));
  }
  co_yield Lanes(std::move(copies));
}

Chunk pieces(const Problem& problem) {
  return problem.parameter(kPorts) * problem.ranks;
}

std::string objection(const Problem& problem) {
  const auto dimensions = static_cast<std::int64_t>(dims_of(problem).size());
  if (problem.parameter(kPorts) > 2 * dimensions) {
    return "it has " + std::to_string(2 * dimensions) + " ports on a grid of " + std::to_string(dimensions) +
           " dimensions, and not " + std::to_string(problem.parameter(kPorts));
  }
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
    .pieces = pieces,
    .parameters = kParameters,
    .objection = objection,
};

}  // namespace ringwood
