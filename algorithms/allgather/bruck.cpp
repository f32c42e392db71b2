// Bruck's allgather: everybody's window of blocks doubles, with k ports grows k + 1 times, by what the windows behind
// it hold.
//
//   p = 5    rank 0 has b0;  gets b1 from 1;  gets b2 b3 from 2;  gets b4 from 4
//
// Bruck, Ho, Kipnis, Upfal, Weathersby: Efficient algorithms for all-to-all communications in multiport message-passing
// systems, IEEE TPDS 1997.
// Any p; ceil(log_{k+1} p) rounds, (p-1)/p of the vector: both optimal. Blocks are received where they belong, so
// nothing is rotated in the end. Far ranks and large messages last.

#include "algorithms/common/bruck.hpp"
#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kPorts};

Program program(const Problem& problem, Rank me) {
  return bruck(problem, me, static_cast<Rank>(problem.parameter(kPorts)), BruckWay::kAllgather);
}

}  // namespace

constinit const Algorithm allgather_bruck{
    .name = "bruck",
    .collective = Collective::kAllgather,
    .cost = "ceil(log_{ports+1} p)a + (p-1)/p nb",
    .reference = "Bruck, Ho, Kipnis, Upfal, Weathersby 1997",
    .needs = {},
    .program = program,
    .parameters = kParameters,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
