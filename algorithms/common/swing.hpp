#pragma once

#include <vector>

#include "ringwood/program.hpp"

namespace ringwood {

/// How far a rank swings in a step: 1, -1, 3, -5, 11, -21, ...; (1 - (-2)^(step + 1)) / 3.
[[nodiscard]] constexpr Rank swing_distance(int step) {
  const Rank power = Rank{1} << (step + 1);
  return step % 2 == 0 ? (1 + power) / 3 : (1 - power) / 3;
}

/// The partner of `me` in a step, among an even number of ranks: a swap, for the partner's partner is `me`.
[[nodiscard]] constexpr Rank swing_partner(Rank me, int step, Rank ranks) {
  const Rank distance = swing_distance(step);
  return modulo(me % 2 == 0 ? me + distance : me - distance, ranks);
}

/// Of an even number of ranks: the blocks, as distances from the sender, that an even rank sends in each step of the
/// reduce-scatter; an odd rank sends the negatives. Each distance but 0 occurs once: where the steps would meet a block
/// twice, the last takes it. O(p).
[[nodiscard]] std::vector<std::vector<Rank>> swing_offsets(Rank ranks);

/// Of p = 2^k ranks: whether `to` is `from` or reached from it by the steps below `steps`, larger ones first. Those
/// that are make an interval of 2^steps ranks around `from`, going round at the end.
[[nodiscard]] bool swing_reaches(Rank from, Rank to, int steps, Rank ranks);

/// Where block `block` of p = 2^k lies in the permutation that makes every message of the butterfly one run: after step
/// s a rank keeps the aligned run of p / 2^(s + 1) positions around its own.
[[nodiscard]] Rank swing_position(Rank block, Rank ranks);

}  // namespace ringwood
