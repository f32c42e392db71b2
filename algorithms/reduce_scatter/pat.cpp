// PAT, parallel aggregated trees, towards the owners: the allgather of that name run backwards. The largest hops carry
// single contributions, and the last hops are between neighbours.
//
// Jeaugey: PAT: a new algorithm for all-gather and reduce-scatter operations at scale, 2025.
// Any p; (p-1)/p of the vector sent and reduced; log2 A + P/A - 1 rounds for aggregation A and P = 2^ceil(log2 p): with
// full aggregation ceil(log2 p), with A = 1 p-1 rounds and few partial sums under way. The operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/reverse.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kAggregation};

Program program(const Problem& problem, Rank me) {
  return reversed(problem, allgather_pat.program(problem, me), Reversal::kIntoReduction);
}

}  // namespace

constinit const Algorithm reduce_scatter_pat{
    .name = "pat",
    .collective = Collective::kReduceScatter,
    .cost =
        "(log2 A + P/A - 1)a + (p-1)/p nb + (p-1)/p nc for aggregation A, P = 2^ceil(log2 p); ceil(log2 p)a for A = "
        "P/2",
    .reference = "Jeaugey 2025",
    .needs = {.commutative = true},
    .program = program,
    .parameters = kParameters,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
