// Sparbit run backwards: distances double while the partial sums halve: the large messages go to near ranks.
//
// Loch, Koslovski: Sparbit: a new logarithmic-cost and data locality-aware MPI allgather algorithm, 2021.
// Any p; ceil(log2 p) rounds, (p-1)/p of the vector sent and reduced: all optimal. The operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/reverse.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  return reversed(problem, allgather_sparbit.program(problem, me), Reversal::kIntoReduction);
}

}  // namespace

constinit const Algorithm reduce_scatter_reversed_sparbit{
    .name = "reversed-sparbit",
    .collective = Collective::kReduceScatter,
    .cost = "ceil(log2 p)a + (p-1)/p nb + (p-1)/p nc",
    .reference = "Loch, Koslovski 2021",
    .needs = {.commutative = true},
    .program = program,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
