// K-nomial reduce: as the binomial one, with `radix` intervals of ranks merged at each level.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p; ceil(log_k p) rounds of up to k-1 messages of a whole vector. Neighbouring intervals of ranks are merged,
// downwards on the left and upwards on the right, for every root: rank order kept.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/knomial_tree.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kRadix};

Program program(const Problem& problem, Rank me) {
  return knomial_reduce(problem, me, static_cast<Rank>(problem.parameter(kRadix)));
}

}  // namespace

constinit const Algorithm reduce_k_nomial{
    .name = "k-nomial",
    .collective = Collective::kReduce,
    .cost = "ceil(log_k p)(a + (k-1)nb + (k-1)nc) for radix k",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .pieces = one_piece,
    .parameters = kParameters,
};

}  // namespace ringwood
