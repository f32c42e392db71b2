// K-nomial broadcast: as the binomial one, with `radix` intervals of ranks instead of two at each level.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p; ceil(log_k p) rounds of up to k-1 messages of a whole vector.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/knomial_tree.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kRadix};

Program program(const Problem& problem, Rank me) {
  return knomial_broadcast(problem, me, static_cast<Rank>(problem.parameter(kRadix)));
}

}  // namespace

constinit const Algorithm broadcast_k_nomial{
    .name = "k-nomial",
    .collective = Collective::kBroadcast,
    .cost = "ceil(log_k p)(a + (k-1)nb) for radix k",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .pieces = one_piece,
    .parameters = kParameters,
};

}  // namespace ringwood
