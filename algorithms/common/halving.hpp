#pragma once

#include "algorithms/common/fold.hpp"
#include "ringwood/program.hpp"

namespace ringwood {

/// Rabenseifner's allreduce of p = 2^k ranks: vector halving with distance doubling, then the mirror image of it. What
/// is merged is always two neighbouring intervals of ranks. The vector is `problem.ranks` pieces.
[[nodiscard]] Program halve_and_double(const Problem& problem, const Fold& fold, Rank me);

}  // namespace ringwood
