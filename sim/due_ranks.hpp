#pragma once

#include <cstdint>
#include <vector>

#include "sim/step_group.hpp"

namespace ringwood {

/// Which ranks in step have something to look at: a bit a rank, a word a group, and a mark a block that has any.
class DueRanks {
 public:
  explicit DueRanks(Rank ranks)
      : groups_(static_cast<std::size_t>((ranks + kGroup - 1) / kGroup)),
        blocks_(static_cast<std::size_t>((ranks + kBlock - 1) / kBlock)) {}

  /// Adds ranks of one group: bit i is the rank i after the group's first.
  [[gnu::always_inline]] void add(Rank group, std::uint64_t ranks) {
    std::uint64_t& due = groups_[static_cast<std::size_t>(group)];
    if (due == 0) {
      blocks_[static_cast<std::size_t>(group / (kBlock / kGroup))] = 1;
    }
    due |= ranks;
  }

  /// Takes all that are due out of a group.
  [[nodiscard]] std::uint64_t take(Rank group) {
    const std::uint64_t due = groups_[static_cast<std::size_t>(group)];
    groups_[static_cast<std::size_t>(group)] = 0;
    return due;
  }

  /// The first block from `block` on with ranks that are due, which is then no longer marked; -1: there is none.
  [[nodiscard]] Rank next_block(Rank block) {
    const auto end = static_cast<Rank>(blocks_.size());
    while (block < end && blocks_[static_cast<std::size_t>(block)] == 0) {
      ++block;
    }
    if (block == end) {
      return -1;
    }
    blocks_[static_cast<std::size_t>(block)] = 0;
    return block;
  }

  /// Marks a block again, of whose ranks some were left.
  void leave(Rank block) { blocks_[static_cast<std::size_t>(block)] = 1; }

  /// Bytes that it takes.
  [[nodiscard]] std::size_t reserved() const { return groups_.size() * sizeof(std::uint64_t) + blocks_.size(); }

 private:
  std::vector<std::uint64_t> groups_;
  std::vector<std::uint8_t> blocks_;
};

}  // namespace ringwood
