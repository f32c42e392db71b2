#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// What messages match by, in order: those from one rank to another in one lane.
struct Channel {
  Rank source = 0;
  Rank destination = 0;
  Lane lane = 0;
};

/// Brings both ends of messages together, for interpreters that carry out all ranks. An `End` is whatever names one.
template <typename End>
class Matching {
 public:
  /// The other end that comes first, if it is there already; otherwise this one waits.
  [[nodiscard]] std::optional<End> post(const Channel& channel, bool sends, const End& end) {
    Queue& queue = queues_[key_of(channel)];
    if (queue.next == queue.waiting.size()) {
      queue.waiting.clear();
      queue.next = 0;
      queue.sends = sends;
    }
    if (queue.sends == sends) {
      queue.waiting.push_back(end);
      return std::nullopt;
    }
    return queue.waiting[queue.next++];
  }

 private:
  // Ends of one kind that wait for the other kind, in order; vectors keep their memory.
  struct Queue {
    std::vector<End> waiting;
    std::size_t next = 0;
    bool sends = false;
  };

  // 2^20 lanes and 2^22 ranks are more than anybody can carry out all of.
  [[nodiscard]] static std::uint64_t key_of(const Channel& channel) {
    return (static_cast<std::uint64_t>(channel.source) << 42U) |
           (static_cast<std::uint64_t>(channel.destination) << 20U) | static_cast<std::uint64_t>(channel.lane);
  }

  std::unordered_map<std::uint64_t, Queue> queues_;
};

}  // namespace ringwood
