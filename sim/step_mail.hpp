#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "base/huge_pages.hpp"
#include "sim/message_pool.hpp"
#include "sim/step_group.hpp"

namespace ringwood {

/// The messages that ranks in step have sent and not yet taken. Two slots a rank are nearly always enough: one for the
/// current round and one for the next. What comes besides waits in a pool.
class StepMail {
 public:
  explicit StepMail(Rank ranks) : slots_(static_cast<std::size_t>(ranks)) {}

  struct Message {
    Picoseconds head = 0;
    Rank source = -1;  ///< -1: none
    CostClass cost_class = 0;
  };

  // Fields one by one: a message that is put together first and then copied as a whole would be read before its parts
  // are out of the processor's store buffer, which takes longer than all the rest.
  [[gnu::always_inline]] void deliver(Rank receiver, Picoseconds head, Rank source, CostClass cost_class) {
    Slots& slots = slots_[index(receiver)];
    if (slots[0].source < 0) [[likely]] {
      fill(slots[0], head, source, cost_class);
    } else if (slots[1].source < 0) {
      fill(slots[1], head, source, cost_class);
    } else {
      push(receiver, {head, source, cost_class});
    }
  }

  /// Takes the oldest message of `peer`. False: there is none.
  [[gnu::always_inline]] bool take(Rank rank, Rank peer, Message& taken) {
    Slots& slots = slots_[index(rank)];
    if (slots[0].source == peer) [[likely]] {
      taken.head = slots[0].head;
      taken.cost_class = slots[0].cost_class;
      slots[0] = slots[1];
    } else if (slots[1].source == peer) {
      taken.head = slots[1].head;
      taken.cost_class = slots[1].cost_class;
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
    return slots_.size() * sizeof(Slots) + inboxes_.size() * sizeof(MessagePool::Box) + pool_.reserved();
  }

 private:
  using Slots = std::array<Message, 2>;  // the first is the older one

  [[nodiscard]] static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }

  [[gnu::always_inline]] static void fill(Message& slot, Picoseconds head, Rank source, CostClass cost_class) {
    slot.head = head;
    slot.source = source;
    slot.cost_class = cost_class;
  }

  [[gnu::noinline]] void push(Rank receiver, const Message& message) {
    inboxes_.resize(slots_.size());
    pool_.push(inboxes_[index(receiver)], {message.head, message.source, 0, message.cost_class, 0});
  }

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
    Message message;
    if (!MessagePool::is_empty(inbox) && take_from_pool(rank, pool_.at(pool_.any(inbox)).source, message)) {
      deliver(rank, message.head, message.source, message.cost_class);
    }
  }

  std::vector<Slots, HugePageAllocator<Slots>> slots_;
  // Of messages for which there was no slot; empty until there is one.
  std::vector<MessagePool::Box, HugePageAllocator<MessagePool::Box>> inboxes_;
  MessagePool pool_;
};

}  // namespace ringwood
