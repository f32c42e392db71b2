#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ringwood {

/// The slots of a pair of ranks that go to and fro with the messages: who has read one owns it, and sends the next
/// message in it. So the reader's core, which has just got the slot's lines, need not have them taken away again by the
/// writer's: a line crosses once a message and not twice, which is what small and medium messages spend their time on.
/// Each side keeps its own account of those that it owns; an entry of the channel hands one over, and orders what
/// either side does with its bytes. A side that only sends runs out of them, and goes on with slots that are its own.
class HandedSlots {
 public:
  /// Of each side, at first.
  static constexpr std::size_t kOfRank = 4;

  /// In an entry, of a piece that lies in none of them.
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

  HandedSlots() = default;

  /// The slots that belong to the lower rank at first, then the others, each of so many bytes.
  HandedSlots(const std::array<std::byte*, 2 * kOfRank>& slots, std::size_t bytes, bool lower);

  /// Whether a piece of so many bytes can be sent in one of them now.
  [[nodiscard]] bool has_room(std::size_t bytes) const { return owned_ > 0 && bytes <= bytes_; }

  /// The number of the slot for the next piece, if there is room: the one that came last, whose lines are the nearest.
  [[nodiscard]] std::uint32_t hand_over() { return own_[--owned_]; }

  /// A piece that came in it has been read.
  void take(std::uint32_t number) { own_[owned_++] = static_cast<std::uint8_t>(number); }

  /// Its memory, of which so many bytes are used now. Throws Error(kSystem) if there is none for them.
  [[nodiscard]] std::byte* look(std::uint32_t number, std::size_t bytes) {
    if (bytes > slots_[number].seen) {
      see(slots_[number], bytes);
    }
    return slots_[number].memory;
  }

 private:
  struct Slot {
    std::byte* memory = nullptr;
    std::size_t seen = 0;  ///< bytes whose pages are there, in this process
  };

  static void see(Slot& slot, std::size_t bytes);

  std::array<Slot, 2 * kOfRank> slots_{};
  std::array<std::uint8_t, 2 * kOfRank> own_{};  // numbers; the last came last
  std::size_t owned_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace ringwood
