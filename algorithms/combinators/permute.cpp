// permute(K, A): A with the ranks in another order. K = 0: sorted by where they are placed, so that neighbours in A
// share a node wherever they can; K > 0: rank i plays the part of i / K modulo p. A ring in the order of the machine
// crosses each group's border once, whatever order the ranks were started in.
//
//   K = 2, p = 5:  A's ring 0 -> 1 -> 2 -> 3 -> 4 -> 0  becomes  0 -> 2 -> 4 -> 1 -> 3 -> 0
//
// Hatazaki: Rank reordering strategy for MPI topology creation functions, EuroPVM/MPI 1998.

#include <numeric>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/cycles.hpp"
#include "algorithms/common/parts.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kOrder{.name = "order",
                               .meaning = "0: by place; else the step, without a divisor in common with p",
                               .fallback = 0,
                               .minimum = 0,
                               .maximum = std::numeric_limits<Rank>::max()};
constexpr ParameterInfo kParameters[] = {kOrder};

// Its ranks have other numbers than those that are placed.
[[nodiscard]] Problem inner_of(const Problem& problem) {
  Problem inner = problem.inside(problem.parts[0], problem.collective, problem.ranks, problem.chunks);
  inner.placement = nullptr;
  return inner;
}

Program program(const Problem& problem, Rank me) {
  const auto step = static_cast<Rank>(problem.parameter(kOrder));
  const bool by_place = step == 0;
  const RankMap ranks = by_place ? RankMap::table(problem.placement->order()) : RankMap::modular(step, problem.ranks);
  const Rank member = by_place ? problem.placement->position(me) : divided(me, step, problem.ranks);
  const Problem inner = inner_of(problem);
  ChunkMap chunks;
  switch (problem.collective) {
    case Collective::kReduceScatter:
    case Collective::kAllgather:
      chunks = {.per_block = problem.chunks / problem.ranks, .blocks = ranks};
      break;
    case Collective::kAllreduce:
    case Collective::kBroadcast:
    case Collective::kReduce:
    case Collective::kGather:
    case Collective::kScatter:
    case Collective::kAlltoall:
    case Collective::kBarrier:
      break;
  }
  co_yield on(ranks, chunks, inner.algorithm->program(inner, member));
}

std::string objection(const Problem& problem) {
  const std::int64_t step = problem.parameter(kOrder);
  if (step == 0 && problem.placement == nullptr) {
    return "order 0 needs to know where the ranks are placed, and nothing says so";
  }
  if (step > 0 && std::gcd<std::int64_t, std::int64_t>(step, problem.ranks) != 1) {
    return "order " + std::to_string(step) + " and " + std::to_string(problem.ranks) + " ranks have a common divisor";
  }
  if (!problem.commutative) {
    return "another order of ranks needs a commutative operation";
  }
  return objection_of<inner_of>(problem);
}

constexpr Collective kCollectives[] = {Collective::kAllreduce, Collective::kReduceScatter, Collective::kAllgather};

}  // namespace

constinit const Combinator combinator_permute{
    .name = "permute",
    .syntax = "permute(K, A)",
    .meaning = "A with the ranks in the order of the machine (K = 0), or K apart",
    .reference = "Hatazaki 1998",
    .collectives = kCollectives,
    .parameters = kParameters,
    .least_parts = 1,
    .most_parts = 1,
    .program = program,
    .pieces = pieces_of<inner_of>,
    .objection = objection,
};

}  // namespace ringwood
