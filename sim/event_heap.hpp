#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// Number of a strand; kNoStrand: none.
using StrandId = std::uint32_t;

inline constexpr StrandId kNoStrand = ~StrandId{0};

/// An operation that is ready to be served, all that its lane knows considered.
struct QueuedEvent {
  Picoseconds time = 0;
  Rank rank = 0;
  Lane lane = 0;
  StrandId strand = 0;

  /// The order at one time. A strand has one event at most, and strands of one rank that run side by side differ in
  /// lane.
  [[nodiscard]] std::uint64_t place() const {
    return (static_cast<std::uint64_t>(rank) << 32U) | static_cast<std::uint32_t>(lane);
  }
};

/// Events in the total order (time, rank, lane). A radix heap (Ahuja, Mehlhorn, Orlin, Tarjan: Faster algorithms for
/// the shortest path problem, J. ACM 1990): no event is earlier than the last one taken, and each is moved a few times
/// between buckets by the highest bit in which its time differs from then. Those of one time are sorted.
class EventHeap {
 public:
  [[nodiscard]] bool empty() const { return filled_ == 0 && now_events_.empty() && late_.empty(); }

  /// `event.time` is not before that of the last event taken, nor negative.
  void push(const QueuedEvent& event) {
    const std::uint64_t time = key_of(event);
    if (time == now_) {
      late_.push_back(event);
      std::push_heap(late_.begin(), late_.end(), later);
    } else {
      const auto bucket = static_cast<unsigned>(std::bit_width(time ^ now_) - 1);
      buckets_[bucket].push_back(event);
      filled_ |= std::uint64_t{1} << bucket;
    }
  }

  /// The heap is not empty.
  [[nodiscard]] QueuedEvent pop() {
    if (now_events_.empty() && late_.empty()) {
      refill();
    }
    if (late_.empty() || (!now_events_.empty() && later(late_.front(), now_events_.back()))) {
      const QueuedEvent event = now_events_.back();
      now_events_.pop_back();
      return event;
    }
    std::pop_heap(late_.begin(), late_.end(), later);
    const QueuedEvent event = late_.back();
    late_.pop_back();
    return event;
  }

  /// Bytes that events take, or took.
  [[nodiscard]] std::size_t reserved() const {
    std::size_t events = now_events_.capacity() + late_.capacity();
    for (const std::vector<QueuedEvent>& bucket : buckets_) {
      events += bucket.capacity();
    }
    return events * sizeof(QueuedEvent);
  }

 private:
  // So that the first events, at 0, are later than `now_`.
  [[nodiscard]] static std::uint64_t key_of(const QueuedEvent& event) {
    return static_cast<std::uint64_t>(event.time) + 1;
  }

  [[nodiscard]] static bool later(const QueuedEvent& a, const QueuedEvent& b) { return a.place() > b.place(); }

  /// Takes the events of the next time out of their bucket, and spreads its others over lower ones.
  void refill() {
    const auto bucket = static_cast<unsigned>(std::countr_zero(filled_));
    filled_ &= ~(std::uint64_t{1} << bucket);
    std::vector<QueuedEvent> events;
    events.swap(buckets_[bucket]);
    now_ = key_of(*std::min_element(events.begin(), events.end(),
                                    [](const QueuedEvent& a, const QueuedEvent& b) { return a.time < b.time; }));
    for (const QueuedEvent& event : events) {
      if (key_of(event) == now_) {
        now_events_.push_back(event);
      } else {
        push(event);
      }
    }
    events.clear();
    buckets_[bucket].swap(events);  // its memory; nothing was put there meanwhile
    // Often they came in order.
    std::reverse(now_events_.begin(), now_events_.end());
    if (!std::is_sorted(now_events_.begin(), now_events_.end(), later)) {
      std::sort(now_events_.begin(), now_events_.end(), later);
    }
  }

  std::array<std::vector<QueuedEvent>, 64> buckets_;
  std::uint64_t filled_ = 0;  // bit b: bucket b has events
  std::uint64_t now_ = 0;
  std::vector<QueuedEvent> now_events_;  // the last is the first in order
  std::vector<QueuedEvent> late_;        // a heap of those that came at the time `now_`
};

}  // namespace ringwood
