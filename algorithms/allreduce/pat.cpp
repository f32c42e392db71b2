// PAT reduce-scatter, then PAT allgather: parallel aggregated trees there and back, the large messages between near
// ranks.
//
// Jeaugey: PAT: a new algorithm for all-gather and reduce-scatter operations at scale, 2025.
// Any p; 2(log2 A + P/A - 1) rounds for aggregation A and P = 2^ceil(log2 p), 2 ceil(log2 p) with full aggregation;
// 2(p-1)/p of the vector, (p-1)/p reduced: optimal. Same bits on all ranks. The operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kAggregation};

Program program(const Problem& problem, Rank me) {
  co_yield reduce_scatter_pat.program(problem, me);
  co_yield allgather_pat.program(problem, me);
}

}  // namespace

constinit const Algorithm allreduce_pat{
    .name = "pat",
    .collective = Collective::kAllreduce,
    .cost = "2(log2 A + P/A - 1)a + 2(p-1)/p nb + (p-1)/p nc; 2ceil(log2 p)a for A = P/2",
    .reference = "Jeaugey 2025",
    .needs = {.commutative = true},
    .program = program,
    .parameters = kParameters,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
