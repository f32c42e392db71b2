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
class PendingMail {
 public:
  explicit PendingMail(Rank ranks) : due_(ranks), states_(static_cast<std::size_t>(ranks)) {}

  [[nodiscard]] WorkList& due() { return due_; }

  [[nodiscard]] RankState& state(Rank rank) { return states_[static_cast<std::size_t>(rank)]; }

  /// The cache misses of the ranks that are due next overlap with the work on this one.
  void prefetch_due() {
    const auto* later = reinterpret_cast<const std::byte*>(&state(due_.upcoming(5)));
    __builtin_prefetch(later, 1);
    __builtin_prefetch(later + 64, 1);
    const RankState& soon = state(due_.upcoming(2));
    soon.program.prefetch();
    soon.prefetch_round();
  }

  /// Delivered at once within a block, which is in the cache; else with one of the next sends, or by deliver_all(): a
  /// cache miss that overlaps with other work. Messages between two ranks all go the same way, so that they arrive in
  /// order. `sent` is used where there is a trace.
  [[gnu::always_inline]] void send(Rank sender, Rank receiver, const PendingMessage& message, OperationId sent) {
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
  [[gnu::always_inline]] bool take(RankState& at, Rank peer, PendingMessage& message, OperationId& sent) {
    Slot& first = at.slots[0];
    Slot& second = at.slots[1];
    if (first.source == peer) {
      message.head = first.head;
      message.cost_class = first.cost_class;
      first = second;
      second.source = -1;
      return true;
    }
    if (second.source == peer) {
      message.head = second.head;
      message.cost_class = second.cost_class;
      second.source = -1;
      return true;
    }
    return at.has_inbox && take_from_inbox(at, peer, message, sent);
  }

  /// Who sent any of the messages that a rank has not taken, or -1.
  [[nodiscard]] Rank any_source(Rank rank) {
    const RankState& at = state(rank);
    return at.has_inbox          ? pool_.at(pool_.any(at.inbox)).source
           : at.slots[0].empty() ? at.slots[1].source
                                 : at.slots[0].source;
  }

  [[nodiscard]] bool holds(Rank receiver, Rank source) {
    const RankState& at = state(receiver);
    return at.slots[0].source == source || at.slots[1].source == source || pool_.holds(at.inbox, source, 0);
  }

  /// Bytes that messages take.
  [[nodiscard]] std::size_t reserved() const { return pool_.reserved(); }

 private:
  static constexpr std::size_t kOutgoing = 8;

  bool take_from_inbox(RankState& at, Rank peer, PendingMessage& message, OperationId& sent) {
    const std::uint32_t index = pool_.take(at.inbox, peer, 0);
    if (index == MessagePool::kNone) {
      return false;
    }
    message = pool_.at(index);
    at.has_inbox = !MessagePool::is_empty(at.inbox);
    if constexpr (kTraced) {
      sent = sent_by_[index];
    }
    return true;
  }

  [[gnu::always_inline]] void deliver(Rank receiver, const PendingMessage& message, OperationId sent) {
    RankState& at = state(receiver);
    const bool wanted = at.doing == Doing::kWaits && at.waits_for == message.source;
    Slot* slot = kTraced || message.cost_class >= Slot::kClasses ? nullptr : slot_for(at, wanted);
    if (slot != nullptr) [[likely]] {
      *slot = {message.head, message.source, static_cast<std::uint16_t>(message.cost_class)};
    } else {
      const std::uint32_t index = pool_.push(at.inbox, message);
      at.has_inbox = true;
      if constexpr (kTraced) {
        sent_by_.resize(std::max(sent_by_.size(), std::size_t{index} + 1));
        sent_by_[index] = sent;
      }
    }
    if (wanted) {
      at.doing = Doing::kRuns;
      due_.add(receiver);
    }
  }

  /// Nothing where there may be an older message of the same source in the inbox: that has none of a source that is
  /// waited for.
  [[gnu::always_inline]] Slot* slot_for(RankState& at, bool wanted) {
    if (at.has_inbox && !wanted) {
      return nullptr;
    }
    if (at.slots[0].empty()) {
      return &at.slots[0];
    }
    if (!at.slots[1].empty()) {
      if (!wanted) {
        return nullptr;
      }
      pool_.push_front(at.inbox, {at.slots[1].head, at.slots[1].source, 0, at.slots[1].cost_class, 0});
      at.has_inbox = true;
    }
    return &at.slots[1];
  }

  WorkList due_;
  MessagePool pool_;
  std::vector<RankState, HugePageAllocator<RankState>> states_;
  std::array<Outgoing, kOutgoing> outgoing_;  // a ring buffer
  std::uint64_t sent_count_ = 0;
  std::uint64_t delivered_count_ = 0;
  std::vector<OperationId> sent_by_;  // of each pending message, by its place in the pool
};

}  // namespace ringwood
