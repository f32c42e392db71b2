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
    current_ranks_ = ranks_.data();
  }

  WorkList(const WorkList&) = delete;
  WorkList& operator=(const WorkList&) = delete;

  [[gnu::always_inline]] void add(Rank rank) {
    const Rank number = block_of(rank);
    const auto within = static_cast<std::uint16_t>(static_cast<std::uint32_t>(rank) % kBlock);
    if (number == current_) [[likely]] {
      current_ranks_[added_++ % kBlock] = within;
    } else {
      add_to(number, within);
    }
  }

  [[nodiscard]] static bool same_block(Rank a, Rank b) { return block_of(a) == block_of(b); }

  [[nodiscard]] bool empty() const { return taken_ == added_ && pending_count_ == 0; }

  /// Takes the next rank; the list is not empty.
  [[nodiscard, gnu::always_inline]] Rank take() {
    if (taken_ == added_) [[unlikely]] {
      next_block();
    }
    return current_ * kBlock + current_ranks_[taken_++ % kBlock];
  }

  /// The rank that will be taken after `others` more, if that is known, or else any rank.
  [[nodiscard]] Rank upcoming(std::uint32_t others) const {
    return current_ * kBlock + current_ranks_[(taken_ + others) % kBlock];
  }

 private:
  struct Block {
    std::uint32_t added = 0;  // of the current block: below
    std::uint32_t taken = 0;
    bool queued = false;  // it is in pending_, or is the current one
  };

  [[nodiscard]] static Rank block_of(Rank rank) {
    return static_cast<Rank>(static_cast<std::uint32_t>(rank) / static_cast<std::uint32_t>(kBlock));
  }

  [[nodiscard]] std::uint16_t* ranks_of(Rank number) { return &ranks_[static_cast<std::size_t>(number) * kBlock]; }

  void add_to(Rank number, std::uint16_t within) {
    Block& block = blocks_[static_cast<std::size_t>(number)];
    ranks_of(number)[block.added++ % kBlock] = within;
    if (!block.queued) {
      block.queued = true;
      pending_[(first_pending_ + pending_count_++) % pending_.size()] = number;
    }
  }

  void next_block() {
    blocks_[static_cast<std::size_t>(current_)] = {};
    current_ = pending_[first_pending_];
    first_pending_ = (first_pending_ + 1) % pending_.size();
    --pending_count_;
    current_ranks_ = ranks_of(current_);
    added_ = blocks_[static_cast<std::size_t>(current_)].added;
    taken_ = blocks_[static_cast<std::size_t>(current_)].taken;
  }

  std::vector<Block> blocks_;
  std::vector<std::uint16_t> ranks_;  // a ring buffer a block, of numbers within the block
  std::vector<Rank> pending_;         // a ring buffer of the other blocks with ranks in them
  std::size_t first_pending_ = 0;
  std::size_t pending_count_ = 0;
  // The current block, of which most is asked. Two counters and no difference: each changes on one side only.
  Rank current_ = 0;
  std::uint32_t added_ = 0;
  std::uint32_t taken_ = 0;
  std::uint16_t* current_ranks_ = nullptr;
};

}  // namespace ringwood
