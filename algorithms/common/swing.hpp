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

/// Of p = 2^k ranks: whether `to` is `from` or reached from it by the steps below `steps`, larger ones first. Those
/// that are make an interval of 2^steps ranks around `from`, going round at the end.
[[nodiscard]] bool swing_reaches(Rank from, Rank to, int steps, Rank ranks);

/// Where block `block` of p = 2^k lies in the permutation that makes every message of the butterfly one run: after step
/// s a rank keeps the aligned run of p / 2^(s + 1) positions around its own.
[[nodiscard]] Rank swing_position(Rank block, Rank ranks);

/// One of the copies of Swing that several ports carry side by side, each with its part of the vector: copy i begins
/// along another dimension, and from the number of dimensions on swings the other way round.
struct SwingCopy {
  Rank first = 0;         ///< the dimension of the first step
  bool mirrored = false;  ///< 1, -3, 5, ... become -1, 3, -5, ...

  [[nodiscard]] static SwingCopy number(Rank copy, Rank dimensions) {
    return {copy % dimensions, copy / dimensions % 2 != 0};
  }
};

/// The steps of Swing on a grid of ranks whose sides are even: step 0 along the first dimension, step 1 along the
/// second, and so on in turn; each goes on with the steps of its own dimension, and drops out when it is through with
/// them. A grid of one side is a ring.
class SwingGrid {
 public:
  /// The first side runs fastest.
  explicit SwingGrid(std::vector<Rank> sides, SwingCopy copy = {});

  [[nodiscard]] int steps() const { return static_cast<int>(order_.size()); }

  /// With whom `me` swaps in a step.
  [[nodiscard]] Rank partner(Rank me, int step) const;

  /// The blocks that rank 0 sends in each step of the reduce-scatter. Each but its own occurs once: where the steps
  /// would meet a block twice, the last takes it. O(p).
  [[nodiscard]] std::vector<std::vector<Rank>> blocks_of_first() const;

  /// What is to `me` as `block` is to rank 0: along each side, an odd coordinate counts the other way round.
  [[nodiscard]] Rank seen_from(Rank me, Rank block) const;

 private:
  struct DimensionStep {
    std::size_t dimension;
    int step;
  };

  void reach(Rank at, int step, int first, std::vector<int>& last_step) const;

  std::vector<Rank> sides_;
  bool mirrored_;
  std::vector<DimensionStep> order_;
};

/// The reduce-scatter of one copy, and the allgather that takes the same steps backwards (swing_copy.cpp).
[[nodiscard]] Program swing_reduce_scatter(const Problem& problem, Rank me, SwingCopy copy);
[[nodiscard]] Program swing_allgather(const Problem& problem, Rank me, SwingCopy copy);

}  // namespace ringwood
