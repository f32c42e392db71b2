#pragma once

#include <bit>

#include "ringwood/ids.hpp"

namespace ringwood {

/// ceil(log2 p); 0 for no rank at all.
[[nodiscard]] constexpr int doublings(Rank ranks) {
  return ranks < 1 ? 0 : static_cast<int>(std::bit_width(static_cast<unsigned>(ranks - 1)));
}

/// The skips of a circulant graph over `ranks` ranks: 1 = s_0 < s_1 < ... < s_q = p, each the half, rounded up, of the
/// next; 0 <= index <= q = doublings(ranks). (Halving k times and rounding up each time is dividing by 2^k and rounding
/// up once.)
[[nodiscard]] constexpr Rank circulant_skip(Rank ranks, int index) {
  const int halvings = doublings(ranks) - index;
  return (ranks + (Rank{1} << halvings) - 1) >> halvings;
}

}  // namespace ringwood
