// Multi-ring: several ring allreduces side by side, each with its part of the vector on a ring of its own.
//
//   rings 4    p = 8: 0 1 2 3 4 5 6 7 and back, 0 3 6 1 4 7 2 5 and back: steps without a common divisor with p
//   dims 4x4   two rings along the edges of the torus that share none, each in both directions:
//              0 1 2 3  7 4 5 6  10 11 8 9  13 14 15 12    along a row, one step down, along the next, ...
//              0 4 8 12  13 1 5 9  10 14 2 6  7 11 15 3    the edges that the first leaves over
//
// Bae, Bose: Edge disjoint Hamiltonian cycles in k-ary n-cubes and hypercubes, IEEE TC 2003.
// Any p; 2(p-1) rounds with as many ports as rings, 2(p-1)/p of the vector in all. dims: two sides, rows a multiple of
// columns, columns - 1 and rows without a common divisor; every square is. Same bits on all ranks. The operator must
// commute.

#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/cycles.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kRings{"rings", "how many rings, two by two in opposite directions", 4, 1, 1024};
constexpr ParameterInfo kParameters[] = {kRings, kDims};

// The torus that was asked for; no rows: none was.
struct Torus {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};

Torus torus_of(const std::vector<Rank>& dims) {
  const auto [first, second] = std::pair(dims.front(), dims.back());
  return {second, first};  // the first dimension runs fastest
}

RingPlace place_of(const Problem& problem, Rank me, Rank ring) {
  const std::vector<Rank> dims = dims_given(problem);
  RingPlace place{};
  if (dims.empty()) {
    place = stepped_ring(problem.ranks, me, coprime_step(problem.ranks, ring / 2));
  } else {
    const Torus torus = torus_of(dims);
    place = torus_ring(static_cast<Rank>(torus.rows), static_cast<Rank>(torus.columns), me, ring / 2 % 2);
  }
  return ring % 2 == 0 ? place : place.turned(problem.ranks);
}

// The ring allreduce of a rank of which only the neighbours and the position are known.
Program ring_allreduce(const Problem& problem, const RingPlace at) {
  const Rank p = problem.ranks;
  for (Rank step = 0; step < p - 1; ++step) {
    const Round round{send(at.next, problem.block(at.position - step - 1)),
                      receive_reduce(at.previous, problem.block(at.position - step - 2))};
    co_yield round;
  }
  for (Rank step = 0; step < p - 1; ++step) {
    const Round round{send(at.next, problem.block(at.position - step)),
                      receive(at.previous, problem.block(at.position - step - 1))};
    co_yield round;
  }
}

Program program(const Problem& problem, Rank me) {
  const auto rings = static_cast<Rank>(problem.parameter(kRings));
  const Problem part = problem.part_of(problem.ranks, problem.chunks / rings);
  std::vector<Program> lanes;
  lanes.reserve(static_cast<std::size_t>(rings));
  for (Rank ring = 0; ring < rings; ++ring) {
    lanes.push_back(
        on(RankMap::identity(), ChunkMap{ring * part.chunks, 1, 1}, ring_allreduce(part, place_of(problem, me, ring))));
  }
  co_yield Lanes(std::move(lanes));
}

Chunk pieces(const Problem& problem) {
  return problem.parameter(kRings) * problem.ranks;
}

std::string objection(const Problem& problem) {
  const std::vector<Rank> dims = dims_given(problem);
  if (dims.empty()) {
    return "";
  }
  const Torus torus = torus_of(dims);
  if (dims.size() != 2 || torus.rows * torus.columns != problem.ranks) {
    return "its dims must be two whose product is the number of ranks, " + std::to_string(problem.ranks);
  }
  if (!torus_has_rings(static_cast<Rank>(torus.rows), static_cast<Rank>(torus.columns))) {
    return "its rings need the first of the dims to divide the second, and to be above 1; and the second to have no "
           "common divisor with the first less one";
  }
  return "";
}

}  // namespace

constinit const Algorithm allreduce_multi_ring{
    .name = "multi-ring",
    .collective = Collective::kAllreduce,
    .cost = "2(p-1)a + 2(p-1)/(pR) nb on each of R ports + (p-1)/p nc for R rings",
    .reference = "Bae, Bose 2003; Patarasuk, Yuan 2009",
    .needs = {.commutative = true},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
    .objection = objection,
};

}  // namespace ringwood
