// Neighbor exchange run backwards: pairs of partial sums go to the two neighbours in turn.
//
// Chen, Zhang, Zhang, Yuan: Performance evaluation of allgather algorithms on terascale Linux cluster with fast
// Ethernet, HPC Asia 2005. Even p; p/2 rounds, half of the ring's; (p-1)/p of the vector, all to neighbours. The
// operator must commute.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/reverse.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  return reversed(problem, allgather_neighbor_exchange.program(problem, me), Reversal::kIntoReduction);
}

}  // namespace

constinit const Algorithm reduce_scatter_reversed_neighbor_exchange{
    .name = "reversed-neighbor-exchange",
    .collective = Collective::kReduceScatter,
    .cost = "p/2 a + (p-1)/p nb + (p-1)/p nc",
    .reference = "Chen, Zhang, Zhang, Yuan 2005",
    .needs = {.commutative = true, .ranks = RankRule::kEven},
    .program = program,
};

}  // namespace ringwood
