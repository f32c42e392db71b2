// K-nomial scatter: as the binomial one, with `radix` intervals of ranks served at each level.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p, any root; ceil(log_k p) rounds of up to k-1 messages, (p-1)/p of the vector at the root.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/knomial_tree.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kRadix};

Program program(const Problem& problem, Rank me) {
  return knomial_scatter(problem, me, static_cast<Rank>(problem.parameter(kRadix)));
}

}  // namespace

constinit const Algorithm scatter_k_nomial{
    .name = "k-nomial",
    .collective = Collective::kScatter,
    .cost = "ceil(log_k p)a + (p-1)/p nb for radix k with k-1 ports",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .parameters = kParameters,
};

}  // namespace ringwood
