#pragma once

#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// Which blocks a rank gets when, in Träff's broadcast of `blocks` blocks from rank 0 over the circulant graph
/// (circulant.hpp): in round t = 0 .. blocks + q - 2, q = doublings(ranks), everyone sends s_k ranks further, for
/// k = (t + first_skip()) modulo q. Each rank gets each block once, at most one a round, and has what it sends.
/// Träff: Optimal broadcast schedules in logarithmic time with applications to broadcast, all-broadcast, reduction and
/// all-reduction, 2024. O(log p) memory; the constructor takes O(log p) time.
class CirculantBlocks {
 public:
  CirculantBlocks(Rank ranks, Rank me, Chunk blocks);

  /// The block that comes in a round, from s_k ranks before; -1: none.
  [[nodiscard]] Chunk received(Chunk round) const;

  /// How many rounds of the first q the schedule leaves out, so that the last round is one of the longest skip.
  [[nodiscard]] int first_skip() const { return first_skip_; }

 private:
  [[nodiscard]] Chunk numbered(Chunk round) const;

  Chunk blocks_;
  int first_skip_;
  std::vector<int> first_;  // by skip: the block of the first q rounds; rank 0 has none
  Chunk last_round_ = -1;   // in which the last block comes
};

}  // namespace ringwood
