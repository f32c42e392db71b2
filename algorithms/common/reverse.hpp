#pragma once

#include "ringwood/program.hpp"

namespace ringwood {

/// What the reversed program's receives do.
enum class Reversal {
  kIntoReduction,  ///< of an allgather or broadcast: what was received is sent, what was sent comes back as a sum
  kIntoCopies,     ///< of a reduce-scatter: the sums go back the way that the parts came
};

/// Duality: an allgather in which each block reaches each rank once, run backwards with every arrow flipped, is a
/// reduce-scatter for operators that commute; and the other way round. So is such a broadcast a reduce. As many rounds,
/// messages and bytes. Keeps one rank's rounds in memory. Only for programs of sends and receives on the vector itself,
/// without lanes; others throw std::logic_error.
[[nodiscard]] Program reversed(const Problem& problem, Program forward, Reversal reversal);

}  // namespace ringwood
