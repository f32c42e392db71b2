// Pairwise exchange: in round k everybody sends its part of block me + k to the owner; nothing is ever forwarded.
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005.
// Any p (a power of two swaps with me XOR k instead); p-1 rounds; (p-1)/p of the vector; no partial sums are kept. The
// operator must commute.

#include <bit>

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const bool swaps = std::has_single_bit(static_cast<unsigned>(p));
  for (Rank k = 1; k < p; ++k) {
    const Rank to = swaps ? me ^ k : modulo(me + k, p);
    const Rank from = swaps ? me ^ k : modulo(me - k, p);
    const Round round{send(to, problem.block(to)), receive_reduce(from, problem.block(me))};
    co_yield round;
  }
}

/// Partners are ranks with other bits, or ranks some steps away.
Symmetry symmetry(const Problem& problem) {
  const Symmetry by_bits = same_by_bits(problem);
  return by_bits == Symmetry::kNone ? Symmetry::kRotation : by_bits;
}

}  // namespace

constinit const Algorithm reduce_scatter_pairwise{
    .name = "pairwise",
    .collective = Collective::kReduceScatter,
    .cost = "(p-1)a + (p-1)/p nb + (p-1)/p nc",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {.commutative = true},
    .program = program,
    .symmetry = symmetry,
};

}  // namespace ringwood
