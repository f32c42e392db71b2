#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "interpret/mpi/handed_slots.hpp"
#include "ringwood/ids.hpp"

namespace ringwood {

// What the ranks of a node share, byte by byte. Every ordered pair of ranks has a channel: a ring of entries, written
// by the sender and counted by the receiver. An entry carries a small message itself; a larger one, or a piece of it,
// lies in a slot of its sender, which several entries may name, or goes over to the receiver with its slot.

/// A line of the cache: what two cores had better not write at once.
inline constexpr std::size_t kCacheLine = 64;

/// One piece of a message under way. Full if `sequence` is the number of the piece in its channel, from 1 on.
struct alignas(kCacheLine) NodeEntry {
  static constexpr std::size_t kInline = 48;

  struct Slot {
    std::uint64_t offset = 0;                   ///< in the segment
    std::uint32_t handed = HandedSlots::kNone;  ///< its number, if it goes over to the receiver
  };

  std::atomic<std::uint64_t> sequence;
  std::uint32_t bytes;
  Lane lane;

  union {
    alignas(16) std::byte small[kInline];

    Slot slot;  ///< of a piece that does not fit here
  };
};

static_assert(sizeof(NodeEntry) == kCacheLine && std::atomic<std::uint64_t>::is_always_lock_free);

struct NodeChannel {
  static constexpr std::size_t kEntries = 32;
  static constexpr std::size_t kStep = 13;  // has no factor in common with kEntries

  /// Of the piece of that number, from 0 on. Those of neighbours are not neighbours: what fetches the next lines of a
  /// series by itself would take them from the core that is about to write them.
  [[nodiscard]] NodeEntry& entry(std::uint64_t piece) { return entries[piece * kStep % kEntries]; }

  NodeEntry entries[kEntries];
  alignas(kCacheLine) std::atomic<std::uint64_t> consumed;  ///< pieces that the receiver does not look at any more
};

/// What a rank is doing, for those who wait for it in vain.
struct alignas(kCacheLine) NodeProgress {
  std::atomic<std::uint64_t> calls;      ///< begun; their numbers count from 1
  std::atomic<std::uint64_t> ended;      ///< the last one that ended well
  std::atomic<std::uint64_t> given_up;   ///< the last one that failed
  std::atomic<std::uint32_t> round;      ///< of the call begun last
  std::atomic<std::uint32_t> waits_for;  ///< one more than the rank (of the node) that it has waited for for long, or 0
  /// One more than the core on which it was seen last, or 0. Alone in its line: it hardly ever changes, and is read
  /// often.
  alignas(kCacheLine) std::atomic<std::uint32_t> core;
};

/// Where everything lies in a segment. The same on all ranks, since it follows from the number of them.
struct NodeShape {
  static constexpr std::size_t kSmallSlots = 16;
  static constexpr std::size_t kSmallSlot = 4096;

  /// What a rank's larger slots take together, at most.
  static constexpr std::size_t kUsualBytes = std::size_t{2} << 20U;
  static constexpr std::size_t kFewBytes = std::size_t{512} << 10U;

  explicit NodeShape(Rank count, std::size_t most_bytes_of_rank = kUsualBytes);

  [[nodiscard]] std::size_t progress(Rank rank) const;
  [[nodiscard]] std::size_t channel(Rank from, Rank to) const;
  [[nodiscard]] std::size_t small_slot(Rank rank, std::size_t slot) const;
  [[nodiscard]] std::size_t large_slot(Rank rank, std::size_t slot) const;
  /// One of those that go to and fro between a pair of ranks, and belong to `rank` at first.
  [[nodiscard]] std::size_t handed_slot(Rank rank, Rank peer, std::size_t slot) const;
  /// All slots of a rank: what it, and nobody else, writes much.
  [[nodiscard]] std::size_t slots_begin(Rank rank) const;
  [[nodiscard]] std::size_t slots_bytes() const;

  /// From the beginning of a rank's slots to its first larger one.
  [[nodiscard]] static constexpr std::size_t small_slots_bytes() { return kSmallSlots * (kSmallSlot + kCacheLine); }

  [[nodiscard]] std::size_t total_bytes() const { return slots_begin(ranks); }

  Rank ranks;
  std::size_t large_slots;   ///< a rank
  std::size_t large_bytes;   ///< in one of them
  std::size_t handed_bytes;  ///< in a slot that goes to and fro
};

}  // namespace ringwood
