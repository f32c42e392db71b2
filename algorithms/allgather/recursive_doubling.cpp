// Recursive doubling: intervals of blocks are swapped with a partner twice as far in each round.
//
//   p = 4    mask 1: 0 <-> 1, 2 <-> 3          mask 2: 0 <-> 2, 1 <-> 3
//   rank 0   has b0, gets b1                   has [b0 b1], gets [b2 b3]
//
// Other numbers of ranks: neighbours fold first, and a pair acts as one rank that has two blocks: the mirror image of
// reduce-scatter by recursive halving. (The classical repair, which lets every rank take part, needs up to
// 2 floor(log2 p) rounds.)
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// p = 2^k: log2 p rounds, (p-1)/p of the vector; else floor(log2 p) + 2 rounds and one vector more.

#include <bit>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/fold.hpp"

namespace ringwood {

namespace {

/// Of the rounds to come when the distance can still be multiplied by `factor`: a pair's blocks are two.
Series farther(const Fold& fold, Rank factor) {
  const Rank left = fold.pairs() == 0 ? std::countr_zero(static_cast<unsigned>(factor)) : 0;
  return series(left, {.exclusive_or = true, .peers = 1, .chunks = 1});
}

Program double_up(const Problem& problem, const Problem& outer, const Fold fold, Rank me) {
  for (Rank mask = 1; mask < problem.ranks; mask *= 2) {
    const SeriesRound<2> round{{send(me ^ mask, fold.blocks(outer, me & -mask, mask)),
                                receive(me ^ mask, fold.blocks(outer, (me ^ mask) & -mask, mask))},
                               farther(fold, problem.ranks / 2 / mask)};
    mask <<= co_yield round;
  }
}

Program program(const Problem& problem, Rank me) {
  const Rank giver = giver_of(me);
  const FoldExchange exchange{problem.block(giver), problem.blocks(giver + 1, problem.ranks - 1), false};
  const auto core = [&outer = problem](const Problem& inner, const Fold& fold, Rank member) {
    return double_up(inner, outer, fold, member);
  };
  return folded(problem, me, Fold(problem.ranks), exchange, core);
}

}  // namespace

constinit const Algorithm allgather_recursive_doubling{
    .name = "recursive-doubling",
    .collective = Collective::kAllgather,
    .cost = "log2(p)a + (p-1)/p nb; p not 2^k: (floor(log2 p)+2)a + about 2nb",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .symmetry = same_by_bits,
};

}  // namespace ringwood
