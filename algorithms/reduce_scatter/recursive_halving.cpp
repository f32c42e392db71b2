// Recursive halving: the vector is halved in each round, far partners first; each half goes to those who own in it.
//
//   p = 4    mask 2: 0 <-> 2, 1 <-> 3          mask 1: 0 <-> 1, 2 <-> 3
//   rank 0 sends [b2 b3], keeps [b0 b1]        sends b1, keeps b0
//   rank 2 sends [b0 b1], keeps [b2 b3]        sends b3, keeps b2
//
// Other numbers of ranks: neighbours fold first, and a pair acts as one rank that owns two blocks.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// p = 2^k: log2 p rounds, (p-1)/p of the vector; else floor(log2 p) + 2 rounds and one vector more. The operator must
// commute.

#include <bit>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/fold.hpp"

namespace ringwood {

namespace {

/// Of the rounds after that of `mask`: a pair's blocks are two.
Series nearer(const Fold& fold, Rank mask) {
  const Rank left = fold.pairs() == 0 ? std::countr_zero(static_cast<unsigned>(mask)) : 0;
  return series(left, {.exclusive_or = true, .peers = -1, .chunks = -1});
}

Program halve(const Problem& problem, const Problem& outer, const Fold fold, Rank me) {
  for (Rank mask = problem.ranks / 2; mask > 0; mask /= 2) {
    const SeriesRound<2> round{{send(me ^ mask, fold.blocks(outer, (me ^ mask) & -mask, mask)),
                                receive_reduce(me ^ mask, fold.blocks(outer, me & -mask, mask))},
                               nearer(fold, mask)};
    mask >>= co_yield round;
  }
}

Program program(const Problem& problem, Rank me) {
  const FoldExchange exchange{problem.whole(), problem.block(giver_of(me)), true};
  const auto core = [&outer = problem](const Problem& inner, const Fold& fold, Rank member) {
    return halve(inner, outer, fold, member);
  };
  return folded(problem, me, Fold(problem.ranks), exchange, core);
}

}  // namespace

constinit const Algorithm reduce_scatter_recursive_halving{
    .name = "recursive-halving",
    .collective = Collective::kReduceScatter,
    .cost = "log2(p)a + (p-1)/p nb + (p-1)/p nc; p not 2^k: (floor(log2 p)+2)a + about 2nb + 2nc",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {.commutative = true},
    .program = program,
    .symmetry = same_by_bits,
};

}  // namespace ringwood
