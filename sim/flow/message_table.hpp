#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "base/huge_pages.hpp"
#include "ringwood/ids.hpp"
#include "sim/flow/active_flows.hpp"
#include "sim/pair_costs.hpp"

namespace ringwood {

/// Number of a message that was sent and not yet received.
using MessageId = std::uint32_t;

inline constexpr MessageId kNoMessage = ~MessageId{0};

/// A message from its send to its receive. One line of the cache: of very many, most are met there for the first time.
struct FlowMessage {
  Picoseconds head = 0;      ///< when it enters the network for good: t + o + L
  Picoseconds end = kNever;  ///< when its last byte is there; kNever: not yet known
  Bytes bytes = 0;
  std::int64_t sent = -1;  ///< the operation that sent it, if there is a trace
  Rank source = 0;
  Rank destination = 0;
  Lane lane = 0;
  CostClass cost_class = 0;
  std::uint32_t sender = 0;    ///< the strand that sent it
  std::uint32_t receiver = 0;  ///< the strand that waits for its end, if `awaited`
  FlowLink bottleneck = kNoFlowLink;
  bool awaited = false;
  bool eager = true;
};

static_assert(sizeof(FlowMessage) == 64);

/// All messages on their way, and when those start that are not in the network yet. Most start together with many
/// others: one entry of the queue stands for all of them.
class MessageTable {
 public:
  using Messages = std::vector<FlowMessage, HugePageAllocator<FlowMessage>>;

  /// `keeps`: numbers are not used again, so that they count the messages in the order of their sends.
  explicit MessageTable(bool keeps) : keeps_(keeps) { recent_.fill(kNone); }

  [[nodiscard]] FlowMessage& operator[](MessageId id) { return messages_[id]; }

  MessageId add(const FlowMessage& message) {
    if (free_.empty()) {
      messages_.push_back(message);
      return static_cast<MessageId>(messages_.size() - 1);
    }
    const MessageId id = free_.back();
    free_.pop_back();
    messages_[id] = message;
    return id;
  }

  void release(MessageId id) {
    if (!keeps_) {
      free_.push_back(id);
    }
  }

  /// Will start at its `head`; `limit`: of its rate.
  void schedule(MessageId id, double limit);

  /// When the next message starts, or kNever.
  [[nodiscard]] Picoseconds next_start() const { return starts_.empty() ? kNever : starts_.top().time; }

  /// Replaces `started` by those that start now.
  void take_starting(Picoseconds now, std::vector<FlowStart>& started);

  /// All that were ever sent, if numbers are kept.
  [[nodiscard]] const Messages& all() const { return messages_; }

  [[nodiscard]] std::size_t reserved() const { return messages_.capacity() * sizeof(FlowMessage); }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  struct List {
    Picoseconds time = kNever;
    std::vector<FlowStart> flows;
  };

  struct Start {
    Picoseconds time;
    std::uint32_t list;

    friend bool operator>(const Start& a, const Start& b) { return a.time > b.time; }
  };

  Messages messages_;
  std::vector<MessageId> free_;
  std::vector<List> lists_;
  std::vector<std::uint32_t> free_lists_;
  std::array<std::uint32_t, 64> recent_;  // lists by time, if nothing else took the place
  std::priority_queue<Start, std::vector<Start>, std::greater<>> starts_;
  bool keeps_;
};

}  // namespace ringwood
