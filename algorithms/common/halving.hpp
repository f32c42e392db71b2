#pragma once

#include "algorithms/common/fold.hpp"
#include "ringwood/program.hpp"

namespace ringwood {

/// Which part of Rabenseifner's allreduce.
enum class HalvingPart { kReduceScatter, kAllgather, kBoth };

/// Rabenseifner's allreduce of p = 2^k ranks: vector halving with distance doubling, then the mirror image of it. What
/// is merged is always two neighbouring intervals of ranks. The vector is `problem.ranks` pieces.
[[nodiscard]] Program halving(const Problem& problem, Rank me, HalvingPart part);

/// Both, as the core of a fold.
[[nodiscard]] inline Program halve_and_double(const Problem& problem, const Fold&, Rank me) {
  return halving(problem, me, HalvingPart::kBoth);
}

/// The one of `ranks` = 2^k pieces that is `me`'s in between: the number with the bits of `me` in reverse.
[[nodiscard]] constexpr Rank halving_piece(Rank me, Rank ranks) {
  Rank piece = 0;
  for (Rank mask = 1; mask < ranks; mask *= 2) {
    piece = 2 * piece + ((me & mask) != 0 ? 1 : 0);
  }
  return piece;
}

}  // namespace ringwood
