#include "algorithms/common/circulant_blocks.hpp"

#include <numeric>

#include "algorithms/common/circulant.hpp"

namespace ringwood {

namespace {

/// The search for the q ranks nearest below a rank from which it gets blocks, each by another block's tree. Ranks are
/// sums of skips, each skip once, from rank 0; p is added to `me`, so that the way goes round once.
class BlockSearch {
 public:
  BlockSearch(Rank ranks, Rank me) : ranks_(ranks), target_(Chunk{ranks} + me), steps_(doublings(ranks)) {
    next_.resize(static_cast<std::size_t>(steps_) + 2);
    previous_.resize(next_.size());
    for (int i = kNone; i <= steps_; ++i) {
      next(i) = i == kNone ? steps_ : i - 1;
      previous(i) = i == steps_ ? kNone : i + 1;
    }
    own_ = own_block(me);
    unlink(own_);
  }

  /// By skip: the block of the first q rounds, counted so that a block of -q .. -1 is not there yet.
  [[nodiscard]] std::vector<int> run() {
    search(0, next(kNone));
    for (int& block : found_) {
      block = block == steps_ ? own_ : block - steps_;
    }
    return found_;
  }

 private:
  static constexpr int kNone = -1;

  [[nodiscard]] int& next(int index) { return next_[static_cast<std::size_t>(index) + 1]; }

  [[nodiscard]] int& previous(int index) { return previous_[static_cast<std::size_t>(index) + 1]; }

  [[nodiscard]] Chunk skip(int index) const { return circulant_skip(ranks_, index); }

  // The block that rank 0 sends on its way to `me` alone: the smallest skip of the greedy sum.
  [[nodiscard]] int own_block(Rank me) const {
    int index = steps_;
    for (Chunk rest = me; rest > 0;) {
      --index;
      rest -= skip(index) <= rest ? skip(index) : 0;
    }
    return index;
  }

  void unlink(int index) {
    next(previous(index)) = next(index);
    previous(next(index)) = previous(index);
  }

  [[nodiscard]] bool complete() const { return found_.size() == static_cast<std::size_t>(steps_); }

  [[nodiscard]] Chunk farthest(std::size_t found) const { return target_ - skip(static_cast<int>(found)); }

  void search(Chunk from, int largest) {
    for (int index = largest; index != kNone && !complete(); index = next(index)) {
      const Chunk reached = from + skip(index);
      if (reached > farthest(found_.size()) || reached >= nearest_) {
        continue;
      }
      if (reached <= farthest(found_.size() + 1)) {
        search(reached, index);
      }
      if (complete() || from > farthest(found_.size() + 1)) {
        return;
      }
      nearest_ = reached;
      found_.push_back(index);
      unlink(index);
    }
  }

  Rank ranks_;
  Chunk target_;
  int steps_;
  int own_ = 0;
  Chunk nearest_ = Chunk{2} * ranks_;
  std::vector<int> next_;  // the skips not yet used, as a list from the largest on
  std::vector<int> previous_;
  std::vector<int> found_;
};

}  // namespace

CirculantBlocks::CirculantBlocks(Rank ranks, Rank me, Chunk blocks)
    : blocks_(blocks), first_skip_(ranks == 1 ? 0 : modulo(static_cast<Rank>(1 - blocks), doublings(ranks))) {
  if (me == 0) {
    return;
  }
  first_ = BlockSearch(ranks, me).run();
  while (numbered(last_round_) < blocks - 1) {
    ++last_round_;
  }
}

// As if there were no end to the blocks.
Chunk CirculantBlocks::numbered(Chunk round) const {
  const Chunk at = round + first_skip_;
  const auto steps = static_cast<Chunk>(first_.size());
  return round < 0 ? -1 : first_[static_cast<std::size_t>(at % steps)] + at / steps * steps - first_skip_;
}

Chunk CirculantBlocks::received(Chunk round) const {
  if (first_.empty()) {
    return -1;
  }
  const Chunk block = numbered(round);
  return block < blocks_ - 1 ? (block < 0 ? -1 : block) : round == last_round_ ? blocks_ - 1 : -1;
}

}  // namespace ringwood
