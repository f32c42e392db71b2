// Swing allgather: the steps of the Swing reduce-scatter, backwards: far ranks and small messages first.
//
// De Sensi, Bonato, Saam, Hoefler: Swing: short-cutting rings for higher bandwidth allreduce, NSDI 2024.
// Even p: ceil(log2 p) rounds, (p-1)/p of the vector; odd p: ceil(log2(p-1)) rounds, with several ports at the last
// rank.

#include "algorithms/common/swing.hpp"
#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kDims};

Program program(const Problem& problem, Rank me) {
  return swing_allgather(problem, me, {});
}

std::string objection(const Problem& problem) {
  return reduce_scatter_swing.objection(problem);
}

}  // namespace

constinit const Algorithm allgather_swing{
    .name = "swing",
    .collective = Collective::kAllgather,
    .cost = "ceil(log2 p)a + (p-1)/p nb; odd p: ceil(log2(p-1))a and a little more nb",
    .reference = "De Sensi, Bonato, Saam, Hoefler 2024",
    .needs = {},
    .program = program,
    .parameters = kParameters,
    .objection = objection,
};

}  // namespace ringwood
