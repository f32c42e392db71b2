#pragma once

#include <cstdint>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// Ranks that can go on, each at most once. They are served block by block of neighbours, so that these talk to each
/// other as long as they can while they are in the cache; ranks of a block and blocks are in the order in which they
/// were added, so that none runs far ahead and messages do not pile up.
class WorkList {
 public:
  static constexpr Rank kBlock = 1024;

  explicit WorkList(Rank ranks)
      : blocks_(static_cast<std::size_t>((ranks + kBlock - 1) / kBlock)),
        ranks_(blocks_.size() * kBlock),
        pending_(blocks_.size()) {
    blocks_.front().queued = true;
  }

  void add(Rank rank) {
    const std::size_t number = static_cast<std::uint32_t>(rank) / kBlock;
    Block& block = blocks_[number];
    ranks_[number * kBlock + (block.first + block.count) % kBlock] =
        static_cast<std::uint16_t>(static_cast<std::uint32_t>(rank) % kBlock);
    ++block.count;
    if (!block.queued) {
      block.queued = true;
      pending_[(first_pending_ + pending_count_++) % pending_.size()] = rank / kBlock;
    }
  }

  [[nodiscard]] static bool same_block(Rank a, Rank b) {
    return static_cast<std::uint32_t>(a) / kBlock == static_cast<std::uint32_t>(b) / kBlock;
  }

  [[nodiscard]] bool empty() const { return current().count == 0 && pending_count_ == 0; }

  /// Takes the next rank; the list is not empty.
  [[nodiscard]] Rank take() {
    if (current().count == 0) {
      blocks_[static_cast<std::size_t>(current_)].queued = false;
      current_ = pending_[first_pending_];
      first_pending_ = (first_pending_ + 1) % pending_.size();
      --pending_count_;
    }
    Block& block = blocks_[static_cast<std::size_t>(current_)];
    const Rank rank = rank_at(block.first);
    block.first = (block.first + 1) % kBlock;
    --block.count;
    return rank;
  }

  /// The rank that will be taken after `others` more, if that is known, or else any rank.
  [[nodiscard]] Rank upcoming(std::uint32_t others) const { return rank_at(current().first + others); }

 private:
  struct Block {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    bool queued = false;  // it is in pending_, or is the current one
  };

  [[nodiscard]] const Block& current() const { return blocks_[static_cast<std::size_t>(current_)]; }

  [[nodiscard]] Rank rank_at(std::uint32_t index) const {
    return current_ * kBlock + ranks_[static_cast<std::size_t>(current_) * kBlock + index % kBlock];
  }

  std::vector<Block> blocks_;
  std::vector<std::uint16_t> ranks_;  // a ring buffer a block, of numbers within the block
  std::vector<Rank> pending_;         // a ring buffer of the other blocks with ranks in them
  std::size_t first_pending_ = 0;
  std::size_t pending_count_ = 0;
  Rank current_ = 0;
};

}  // namespace ringwood
