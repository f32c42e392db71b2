// Swing, bandwidth version: the Swing reduce-scatter, then the same steps backwards.
//
// De Sensi, Bonato, Saam, Hoefler: Swing: short-cutting rings for higher bandwidth allreduce, NSDI 2024.
// Even p: 2 ceil(log2 p) rounds, 2(p-1)/p of the vector, (p-1)/p reduced: all optimal; odd p: see the reduce-scatter.
// Same bits on all ranks. The operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kDims};

Program program(const Problem& problem, Rank me) {
  co_yield reduce_scatter_swing.program(problem, me);
  co_yield allgather_swing.program(problem, me);
}

std::string objection(const Problem& problem) {
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
    .parameters = kParameters,
    .objection = objection,
};

}  // namespace ringwood
