// Recursive doubling: partners twice as far in each round swap whole vectors and both add them up.
//
// Other numbers of ranks than powers of two: neighbours fold first, and one of each pair stays out meanwhile.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// p = 2^k: log2 p rounds of a whole vector; else floor(log2 p) + 2. Fewest rounds: for short vectors. Every rank
// evaluates the same tree over consecutive ranks, lower (+) upper: same bits everywhere, rank order kept, and the same
// tree for every element.

#include <bit>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/fold.hpp"

namespace ringwood {

namespace {

Program swap_and_add(const Problem& problem, const Fold&, Rank me) {
  for (Rank mask = 1; mask < problem.ranks; mask *= 2) {
    const Side side = (me & mask) != 0 ? Side::kLeft : Side::kRight;
    const Rank left = std::countr_zero(static_cast<unsigned>(problem.ranks / 2 / mask));
    const SeriesRound<2> round{
        {send(me ^ mask, problem.whole()), receive_reduce(me ^ mask, problem.whole(), side)},
        series(left, {.exclusive_or = true, .peers = 1}),
    };
    mask <<= co_yield round;
  }
}

Program program(const Problem& problem, Rank me) {
  return folded_allreduce(problem, me, swap_and_add);
}

}  // namespace

constinit const Algorithm allreduce_recursive_doubling{
    .name = "recursive-doubling",
    .collective = Collective::kAllreduce,
    .cost = "log2(p)(a + nb + nc); p not 2^k: (floor(log2 p)+2)(a + nb) + (floor(log2 p)+1)nc",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .pieces = one_piece,
    .symmetry = same_by_bits,
};

}  // namespace ringwood
