// Pairwise exchange: in round k everybody sends to the rank k ahead and receives from the one k behind.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p (a power of two swaps with me XOR k instead); p-1 rounds; (p-1)/p of what a rank holds: optimal volume.

#include <bit>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/pair_blocks.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const bool swaps = std::has_single_bit(static_cast<unsigned>(p));
  for (Rank k = 1; k < p; ++k) {
    const Rank to = swaps ? me ^ k : modulo(me + k, p);
    const Rank from = swaps ? me ^ k : modulo(me - k, p);
    const Round round{send(to, pair_block(problem, me, to)), receive(from, pair_block(problem, from, me))};
    co_yield round;
  }
}

/// Partners are ranks with other bits, or ranks some steps away.
Symmetry symmetry(const Problem& problem) {
  const Symmetry by_bits = same_by_bits(problem);
  return by_bits == Symmetry::kNone ? Symmetry::kRotation : by_bits;
}

}  // namespace

constinit const Algorithm alltoall_pairwise{
    .name = "pairwise",
    .collective = Collective::kAlltoall,
    .cost = "(p-1)a + (p-1)/p nb",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .pieces = one_piece_per_pair,
    .symmetry = symmetry,
};

}  // namespace ringwood
