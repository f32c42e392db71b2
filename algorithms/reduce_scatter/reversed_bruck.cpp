// Bruck's allgather run backwards: windows of partial sums shrink to one block, far ranks and large messages first.
//
// Bruck, Ho, Kipnis, Upfal, Weathersby: Efficient algorithms for all-to-all communications in multiport message-passing
// systems, IEEE TPDS 1997.
// Any p; ceil(log_{k+1} p) rounds with k ports, (p-1)/p of the vector sent and reduced: all optimal. The operator must
// commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/bruck.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kPorts};

Program program(const Problem& problem, Rank me) {
  return bruck(problem, me, static_cast<Rank>(problem.parameter(kPorts)), BruckWay::kReduceScatter);
}

}  // namespace

constinit const Algorithm reduce_scatter_reversed_bruck{
    .name = "reversed-bruck",
    .collective = Collective::kReduceScatter,
    .cost = "ceil(log_{ports+1} p)a + (p-1)/p nb + (p-1)/p nc",
    .reference = "Bruck, Ho, Kipnis, Upfal, Weathersby 1997",
    .needs = {.commutative = true},
    .program = program,
    .parameters = kParameters,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
