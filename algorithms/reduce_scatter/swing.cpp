// Swing: partners at distances 1, -1, 3, -5, 11, ...: two thirds as far as powers of two, to both sides in turn.
//
//   p = 8    step 0: 0 <-> 1  2 <-> 3  ...     step 1: 0 <-> 7  1 <-> 2  ...     step 2: 0 <-> 3  1 <-> 6  ...
//   rank 0   sends b1 b2 b5 b6 to 1            sends b4 b7 to 7                 sends b3 to 3
//
// A block goes to a partner from which its owner can be reached in the steps that are left. On a grid (dims), steps go
// along each dimension in turn, at the same distances.
//
// De Sensi, Bonato, Saam, Hoefler: Swing: short-cutting rings for higher bandwidth allreduce, NSDI 2024.
// Even p: ceil(log2 p) rounds, (p-1)/p of the vector. A rank can meet a block in two steps where p is not a power of
// two: it sends it in the last. Odd p: the last rank stands aside and exchanges a block with each of the others, half
// of them in the first round, a quarter in the second, ... Sides of a grid are even; sum of ceil(log2 di) rounds. The
// ranks merged go round the end: the operator must commute.

#include "algorithms/common/swing.hpp"
#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kDims};

Program program(const Problem& problem, Rank me) {
  return swing_reduce_scatter(problem, me, {});
}

std::string objection(const Problem& problem) {
  const std::vector<Rank> sides = dims_given(problem);
  for (const Rank side : sides) {
    if (side % 2 != 0) {
      return "the sides of its dims must be even, and " + std::to_string(side) + " is not";
    }
  }
  return sides.empty() ? "" : objection_to_dims(sides, problem.ranks);
}

}  // namespace

constinit const Algorithm reduce_scatter_swing{
    .name = "swing",
    .collective = Collective::kReduceScatter,
    .cost = "ceil(log2 p)a + (p-1)/p nb + (p-1)/p nc; odd p: ceil(log2(p-1))a and a little more nb + nc",
    .reference = "De Sensi, Bonato, Saam, Hoefler 2024",
    .needs = {.commutative = true},
    .program = program,
    .parameters = kParameters,
    .objection = objection,
};

}  // namespace ringwood
