// Bruck's allgather run backwards as a reduce-scatter, then as it is.
//
// Bruck, Ho, Kipnis, Upfal, Weathersby: Efficient algorithms for all-to-all communications in multiport message-passing
// systems, IEEE TPDS 1997.
// Any p; 2 ceil(log_{k+1} p) rounds with k ports, 2(p-1)/p of the vector, (p-1)/p reduced: all optimal. Same bits on
// all ranks. The operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kPorts};

Program program(const Problem& problem, Rank me) {
  co_yield reduce_scatter_reversed_bruck.program(problem, me);
  co_yield allgather_bruck.program(problem, me);
}

}  // namespace

constinit const Algorithm allreduce_bruck{
    .name = "bruck",
    .collective = Collective::kAllreduce,
    .cost = "2ceil(log_{ports+1} p)a + 2(p-1)/p nb + (p-1)/p nc",
    .reference = "Bruck, Ho, Kipnis, Upfal, Weathersby 1997",
    .needs = {.commutative = true},
    .program = program,
    .parameters = kParameters,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
