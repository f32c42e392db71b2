// Swing, bandwidth version: the Swing reduce-scatter, then the same steps backwards.
//
// With ports, as many copies side by side, each with its part of the vector: on a grid of D dimensions copy i begins
// along dimension i modulo D, and every second D of them swing the other way round. 2D copies load all links of a torus
// with equal sides alike.
//
// De Sensi, Bonato, Saam, Hoefler: Swing: short-cutting rings for higher bandwidth allreduce, NSDI 2024.
// Even p: 2 ceil(log2 p) rounds, 2(p-1)/p of the vector, (p-1)/p reduced: all optimal; odd p: see the reduce-scatter.
// Same bits on all ranks. The operator must commute.

#include <algorithm>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/swing.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kDims, kPorts};

Rank dimensions_of(const Problem& problem) {
  return std::max(Rank{1}, static_cast<Rank>(dims_given(problem).size()));
}

Program one_copy(const Problem& problem, Rank me, SwingCopy copy) {
  co_yield swing_reduce_scatter(problem, me, copy);
  co_yield swing_allgather(problem, me, copy);
}

Program program(const Problem& problem, Rank me) {
  const auto ports = static_cast<Rank>(problem.parameter(kPorts));
  if (ports == 1) {
    co_yield one_copy(problem, me, {});
    co_return;
  }
  const Problem part = problem.part_of(problem.ranks, problem.chunks / ports);
  std::vector<Program> copies;
  copies.reserve(static_cast<std::size_t>(ports));
  for (Rank copy = 0; copy < ports; ++copy) {
    copies.push_back(on(RankMap::identity(), ChunkMap{copy * part.chunks, 1, 1},
                        one_copy(part, me, SwingCopy::number(copy, dimensions_of(problem)))));
  }
  co_yield Lanes(std::move(copies));
}

Chunk pieces(const Problem& problem) {
  return problem.parameter(kPorts) * problem.ranks;
}

std::string objection(const Problem& problem) {
  const Rank most = 2 * dimensions_of(problem);
  if (problem.parameter(kPorts) > most) {
    return "it has " + std::to_string(most) + " ports on a grid of " + std::to_string(most / 2) +
           " dimensions, and not " + std::to_string(problem.parameter(kPorts));
  }
  return reduce_scatter_swing.objection(problem);
}

}  // namespace

constinit const Algorithm allreduce_swing{
    .name = "swing",
    .collective = Collective::kAllreduce,
    .cost = "2ceil(log2 p)a + 2(p-1)/p nb + (p-1)/p nc; odd p: 2ceil(log2(p-1))a and a little more nb + nc",
    .reference = "De Sensi, Bonato, Saam, Hoefler 2024",
    .needs = {.commutative = true},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
    .objection = objection,
};

}  // namespace ringwood
