#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "base/huge_pages.hpp"
#include "sim/rank_state.hpp"
#include "sim/work_list.hpp"

namespace ringwood {

/// The ranks of a data flow, the messages between them, and who can go on.
template <bool kTraced>
class Mailboxes {
 public:
  explicit Mailboxes(Rank ranks) : due_(ranks), states_(static_cast<std::size_t>(ranks)), inboxes_(states_.size()) {}

  [[nodiscard]] WorkList& due() { return due_; }

  [[nodiscard]] RankState& state(Rank rank) { return states_[static_cast<std::size_t>(rank)]; }

  [[nodiscard]] MessagePool::Box& inbox(Rank rank) { return inboxes_[static_cast<std::size_t>(rank)]; }

  /// Delivered at once within a block, which is in the cache; else with one of the next sends, or by deliver_all(): a
  /// cache miss that overlaps with other work. Messages between two ranks all go the same way, so that they arrive in
  /// order. `sent` is used where there is a trace.
  void send(Rank sender, Rank receiver, const PendingMessage& message, OperationId sent) {
    if (WorkList::same_block(sender, receiver)) {
      deliver(receiver, message, sent);
      return;
    }
    __builtin_prefetch(&state(receiver), 1);
    Outgoing& place = outgoing_[sent_count_++ % kOutgoing];
    if (sent_count_ - delivered_count_ > kOutgoing) {
      deliver(place.receiver, place.message, place.sent);
      ++delivered_count_;
    }
    place = {receiver, message, sent};
  }

  void deliver_all() {
    for (; delivered_count_ < sent_count_; ++delivered_count_) {
      const Outgoing& outgoing = outgoing_[delivered_count_ % kOutgoing];
      deliver(outgoing.receiver, outgoing.message, outgoing.sent);
    }
  }

  /// False: there is none from `peer`. `sent` is set where there is a trace.
  bool take_from_inbox(RankState& at, MessagePool::Box& box, Rank peer, PendingMessage& message, OperationId& sent) {
    if (!at.has_inbox) {
      return false;
    }
    const std::uint32_t index = pool_.take(box, peer, 0);
    if (index == MessagePool::kNone) {
      return false;
    }
    message = pool_.at(index);
    at.has_inbox = !MessagePool::is_empty(box);
    if constexpr (kTraced) {
      sent = sent_by_[index];
    }
    return true;
  }

  /// What is in the slot is older than what is in the inbox.
  void put_slot_in_inbox(Rank rank) {
    RankState& at = state(rank);
    pool_.push_front(inbox(rank), {at.head, at.peer, 0, at.cost_class, 0});
    at.has_inbox = true;
  }

  /// Who sent any of the messages in an inbox that has some.
  [[nodiscard]] Rank any_source(Rank rank) { return pool_.at(pool_.any(inbox(rank))).source; }

  [[nodiscard]] bool holds(Rank receiver, Rank source) { return pool_.holds(inbox(receiver), source, 0); }

  /// Bytes that messages take.
  [[nodiscard]] std::size_t reserved() const { return pool_.reserved(); }

 private:
  static constexpr std::size_t kOutgoing = 8;

  void deliver(Rank receiver, const PendingMessage& message, OperationId sent) {
    RankState& at = state(receiver);
    const bool wanted = at.doing == Doing::kWaits && at.peer == message.source;
    if (!kTraced && message.cost_class < RankState::kSlotClasses &&
        (wanted || (at.doing == Doing::kRuns && !at.has_inbox))) {
      at.head = message.head;
      at.peer = message.source;
      at.cost_class = static_cast<std::uint16_t>(message.cost_class);
      at.doing = Doing::kHasMail;
    } else {
      const std::uint32_t index = pool_.push(inbox(receiver), message);
      at.has_inbox = true;
      at.doing = wanted ? Doing::kRuns : at.doing;
      if constexpr (kTraced) {
        sent_by_.resize(std::max(sent_by_.size(), std::size_t{index} + 1));
        sent_by_[index] = sent;
      }
    }
    if (wanted) {
      due_.add(receiver);
    }
  }

  WorkList due_;
  MessagePool pool_;
  std::vector<RankState, HugePageAllocator<RankState>> states_;
  std::vector<MessagePool::Box, HugePageAllocator<MessagePool::Box>> inboxes_;
  std::array<Outgoing, kOutgoing> outgoing_;  // a ring buffer
  std::uint64_t sent_count_ = 0;
  std::uint64_t delivered_count_ = 0;
  std::vector<OperationId> sent_by_;  // of each pending message, by its place in the pool
};

}  // namespace ringwood
