// reverse(A): A run backwards with every arrow flipped. An allgather becomes a reduce-scatter for operators that
// commute, a reduce-scatter an allgather: as many rounds, messages and bytes. Where both exist by A's name, it is the
// one with the other's movement.
//
//   allgather   0 --b0--> 1        reduce-scatter   0 <--b0-- 1     "send block b from x to y" becomes
//               1 --b0--> 2                         1 <--b0-- 2     "send the partial sum of b from y to x"
//
// Bruck, Ho, Kipnis, Upfal, Weathersby, IEEE TPDS 1997; Träff, Optimal, non-pipelined reduce-scatter and allreduce
// algorithms, 2024.

#include "algorithms/common/reverse.hpp"
#include "algorithms/catalogue.hpp"
#include "algorithms/common/parts.hpp"

namespace ringwood {

namespace {

[[nodiscard]] bool scatters(const Problem& problem) {
  return problem.collective == Collective::kReduceScatter;
}

[[nodiscard]] Problem forward_of(const Problem& problem) {
  return problem.inside(problem.parts[0], scatters(problem) ? Collective::kAllgather : Collective::kReduceScatter,
                        problem.ranks, problem.chunks);
}

Program program(const Problem& problem, Rank me) {
  const Problem forward = forward_of(problem);
  co_yield reversed(problem, forward.algorithm->program(forward, me),
                    scatters(problem) ? Reversal::kIntoReduction : Reversal::kIntoCopies);
}

std::string objection(const Problem& problem) {
  if (scatters(problem) && !problem.commutative) {
    return "an allgather run backwards needs a commutative operation";
  }
  return objection_of<forward_of>(problem);
}

constexpr Collective kCollectives[] = {Collective::kReduceScatter, Collective::kAllgather};

}  // namespace

constinit const Combinator combinator_reverse{
    .name = "reverse",
    .syntax = "reverse(A)",
    .meaning = "the allgather A run backwards as a reduce-scatter, or the other way round",
    .reference = "Bruck, Ho, Kipnis, Upfal, Weathersby 1997",
    .collectives = kCollectives,
    .parameters = {},
    .least_parts = 1,
    .most_parts = 1,
    .program = program,
    .pieces = pieces_of<forward_of>,
    .objection = objection,
};

}  // namespace ringwood
