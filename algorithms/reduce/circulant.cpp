// Circulant reduce: the circulant broadcast backwards: every rank adds up a block and sends it on, n of them in as few
// rounds as one port allows.
//
// Träff: Optimal broadcast schedules in logarithmic time with applications to broadcast, all-broadcast, reduction and
// all-reduction, 2024.
// Any p; n - 1 + ceil(log2 p) rounds of a block. The ranks merged go round the end: the operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/reverse.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kSegments};

Chunk pieces(const Problem& problem) {
  return problem.parameter(kSegments);
}

Program program(const Problem& problem, Rank me) {
  return reversed(problem, broadcast_circulant.program(problem, me), Reversal::kIntoReduction);
}

}  // namespace

constinit const Algorithm reduce_circulant{
    .name = "circulant",
    .collective = Collective::kReduce,
    .cost = "(S-1+ceil(log2 p))(a + nb/S + nc/S) for S segments",
    .reference = "Träff 2024",
    .needs = {.commutative = true},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
};

}  // namespace ringwood
