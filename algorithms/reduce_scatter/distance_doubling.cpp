// Distance doubling with vector halving: near partners first, and each keeps every other block of those it has.
//
//   p = 4    0 <-> 1, 2 <-> 3                        0 <-> 2, 1 <-> 3
//   rank 0   sends b1 b3, keeps b0 b2 of 0+1         sends b2, keeps b0 of 0+1+2+3
//   rank 1   sends b0 b2, keeps b1 b3 of 0+1         sends b3, keeps b1 of 0+1+2+3
//
// Other numbers of ranks: neighbours fold first, and a pair acts as one rank that owns two blocks.
//
// Träff: An improved algorithm for (non-commutative) reduce-scatter with an application, EuroPVM/MPI 2005.
// p = 2^k: log2 p rounds, (p-1)/p of the vector; else floor(log2 p) + 2 rounds and one vector more. What is merged is
// always two neighbouring intervals of ranks: rank order kept. Large messages between near ranks, with strided blocks.

#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/blocks.hpp"
#include "algorithms/common/fold.hpp"

namespace ringwood {

namespace {

// The blocks of all survivors that equal `residue` modulo `step`; `storage` holds them where a fold made them uneven.
ChunkSet residue_class(const Problem& outer, const Fold& fold, Rank residue, Rank step,
                       std::vector<ChunkInterval>& storage) {
  if (fold.pairs() == 0) {
    return strided_blocks(outer, residue, fold.survivors() / step, step, storage);
  }
  storage.clear();
  for (Rank member = residue; member < fold.survivors(); member += step) {
    storage.push_back(fold.blocks(outer, member, 1).front());
  }
  return ChunkSet::list(storage);
}

Program halve(const Problem& problem, const Problem& outer, const Fold fold, Rank me) {
  std::vector<ChunkInterval> sent;
  std::vector<ChunkInterval> kept;
  for (Rank mask = 1; mask < problem.ranks; mask *= 2) {
    const Rank partner = me ^ mask;
    const Rank step = 2 * mask;
    const Side side = partner < me ? Side::kLeft : Side::kRight;
    const Round round{send(partner, residue_class(outer, fold, partner % step, step, sent)),
                      receive_reduce(partner, residue_class(outer, fold, me % step, step, kept), side)};
    co_yield round;
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

constinit const Algorithm reduce_scatter_distance_doubling{
    .name = "distance-doubling",
    .collective = Collective::kReduceScatter,
    .cost = "log2(p)a + (p-1)/p nb + (p-1)/p nc; p not 2^k: (floor(log2 p)+2)a + about 2nb + 2nc",
    .reference = "Träff 2005",
    .needs = {},
    .program = program,
    .symmetry = same_by_bits,
};

}  // namespace ringwood
