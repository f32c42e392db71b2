#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "base/huge_pages.hpp"
#include "sim/message_pool.hpp"

namespace ringwood {

/// The messages that ranks in step have sent and not yet taken. Two slots a rank are nearly always enough: one for the
/// current round and one for the next. What comes besides waits in a pool.
class StepMail {
 public:
  explicit StepMail(Rank ranks) : slots_(static_cast<std::size_t>(ranks)), inboxes_(slots_.size()) {}

  struct Message {
    Picoseconds head = 0;
    Rank source = -1;  ///< -1: none
    CostClass cost_class = 0;
  };

  [[gnu::always_inline]] void deliver(Rank receiver, const Message& message) {
    Slots& slots = slots_[index(receiver)];
    Message& slot = slots[slots[0].source < 0 ? 0 : 1];
    if (slot.source < 0) [[likely]] {
      slot = message;
    } else {
      pool_.push(inboxes_[index(receiver)], {message.head, message.source, 0, message.cost_class, 0});
    }
  }

  /// Takes the oldest message of `peer`. False: there is none.
  [[gnu::always_inline]] bool take(Rank rank, Rank peer, Message& taken) {
    Slots& slots = slots_[index(rank)];
    if (slots[0].source == peer) [[likely]] {
      taken = slots[0];
      slots[0] = slots[1];
    } else if (slots[1].source == peer) {
      taken = slots[1];
    } else {
      return pool_.pending() > 0 && take_from_pool(rank, peer, taken);
    }
    slots[1].source = -1;
    if (pool_.pending() > 0) [[unlikely]] {
      refill(rank);
    }
    return true;
  }

  void prefetch(Rank receiver) const { __builtin_prefetch(&slots_[index(receiver)], 1); }

  /// Whether any message was not taken.
  [[nodiscard]] bool any() const {
    return std::any_of(slots_.begin(), slots_.end(), [](const Slots& slots) { return slots[0].source >= 0; });
  }

  /// Bytes that they take.
  [[nodiscard]] std::size_t reserved() const {
    return slots_.size() * (sizeof(Slots) + sizeof(MessagePool::Box)) + pool_.reserved();
  }

 private:
  using Slots = std::array<Message, 2>;  // the first is the older one

  [[nodiscard]] static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }

  bool take_from_pool(Rank rank, Rank peer, Message& taken) {
    const std::uint32_t found = pool_.take(inboxes_[index(rank)], peer, 0);
    if (found == MessagePool::kNone) {
      return false;
    }
    const PendingMessage& message = pool_.at(found);
    taken = {message.head, message.source, message.cost_class};
    return true;
  }

  /// An empty slot is filled, so that a rank has messages in the pool only where its slots are full: those of one
  /// source are younger in the pool than in the slots.
  void refill(Rank rank) {
    MessagePool::Box& inbox = inboxes_[index(rank)];
    if (!MessagePool::is_empty(inbox)) {
      take_from_pool(rank, pool_.at(pool_.any(inbox)).source, slots_[index(rank)][1]);
    }
  }

  std::vector<Slots, HugePageAllocator<Slots>> slots_;
  std::vector<MessagePool::Box, HugePageAllocator<MessagePool::Box>>
      inboxes_;  // of messages for which there was no slot
  MessagePool pool_;
};

}  // namespace ringwood
