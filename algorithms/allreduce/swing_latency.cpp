// Swing, latency version: whole vectors with partners at distances 1, -1, 3, -5, 11, ...
//
// De Sensi, Bonato, Saam, Hoefler: Swing: short-cutting rings for higher bandwidth allreduce, NSDI 2024.
// p = 2^k; log2 p rounds of a whole vector, two thirds as far as recursive doubling's; on a grid (dims), along each
// dimension in turn. Ranks associate differently: bits may differ between them. The operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/swing.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kDims};

Program program(const Problem& problem, Rank me) {
  const std::vector<Rank> sides = dims_given(problem);
  const SwingGrid grid(sides.empty() ? std::vector<Rank>{problem.ranks} : sides);
  for (int step = 0; step < grid.steps(); ++step) {
    const Rank partner = grid.partner(me, step);
    const Round round{send(partner, problem.whole()), receive_reduce(partner, problem.whole())};
    co_yield round;
  }
}

std::string objection(const Problem& problem) {
  const std::vector<Rank> sides = dims_given(problem);
  return sides.empty() ? "" : objection_to_dims(sides, problem.ranks);
}

}  // namespace

constinit const Algorithm allreduce_swing_latency{
    .name = "swing-latency",
    .collective = Collective::kAllreduce,
    .cost = "log2(p)(a + nb + nc)",
    .reference = "De Sensi, Bonato, Saam, Hoefler 2024",
    .needs = {.commutative = true, .ranks = RankRule::kPowerOfTwo},
    .program = program,
    .pieces = one_piece,
    .parameters = kParameters,
    .objection = objection,
};

}  // namespace ringwood
