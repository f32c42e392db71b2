// then(A, B): A, and B on what A left. An allreduce out of any reduce-scatter and any allgather: both agree that block
// r belongs to rank r.
//
// van de Geijn: On global combine operations, JPDC 1994 (allreduce = reduce-scatter + allgather).

#include <numeric>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parts.hpp"

namespace ringwood {

namespace {

[[nodiscard]] Problem first_of(const Problem& problem) {
  return problem.inside(problem.parts[0], Collective::kReduceScatter, problem.ranks, problem.chunks);
}

[[nodiscard]] Problem second_of(const Problem& problem) {
  return problem.inside(problem.parts[1], Collective::kAllgather, problem.ranks, problem.chunks);
}

Program program(const Problem& problem, Rank me) {
  const Problem first = first_of(problem);
  co_yield first.algorithm->program(first, me);
  const Problem second = second_of(problem);
  co_yield second.algorithm->program(second, me);
}

Chunk pieces(const Problem& problem) {
  return std::lcm(pieces_of<first_of>(problem), pieces_of<second_of>(problem));
}

std::string objection(const Problem& problem) {
  const std::string reason = objection_of<first_of>(problem);
  return reason.empty() ? objection_of<second_of>(problem) : reason;
}

constexpr Collective kCollectives[] = {Collective::kAllreduce};

}  // namespace

constinit const Combinator combinator_then{
    .name = "then",
    .syntax = "then(REDUCE-SCATTER, ALLGATHER)",
    .meaning = "an allreduce: a reduce-scatter, then an allgather of the sums",
    .reference = "van de Geijn 1994",
    .collectives = kCollectives,
    .parameters = {},
    .least_parts = 2,
    .most_parts = 2,
    .program = program,
    .pieces = pieces,
    .objection = objection,
};

}  // namespace ringwood
