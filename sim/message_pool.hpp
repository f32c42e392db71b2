#pragma once

#include <cstdint>
#include <vector>

#include "ringwood/ids.hpp"
#include "sim/pair_costs.hpp"

namespace ringwood {

/// A message that was sent and not yet received.
struct PendingMessage {
  Picoseconds head = 0;  ///< when its first byte is at the receiver
  Rank source = 0;
  Lane lane = 0;
  CostClass cost_class = 0;
  std::uint32_t next = 0;
};

/// All pending messages of a simulation, in one pool. A receiver's are a list in order of sending: nearly always the
/// first is the one that is asked for. A receiver that has to search gets a table of lists, so that a rank with
/// thousands of senders costs no more a message than one with two.
class MessagePool {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  /// A receiver's messages. Belongs to one pool.
  struct Box {
    std::uint32_t first = kNone;  ///< of the list; or the number of the table
    std::uint32_t last = kNone;   ///< of the list; or kTable
  };

  /// Appends a message; returns where it is kept until it is taken.
  std::uint32_t push(Box& box, const PendingMessage& message) {
    const std::uint32_t index = store(message);
    if (box.last == kTable) {
      push_in_table(box, index);
    } else {
      append(box, index);
    }
    ++pending_;
    return index;
  }

  /// Puts a message before all that are there: one that was kept elsewhere and is older.
  void push_front(Box& box, const PendingMessage& message);

  /// Takes the oldest message of that source and lane; kNone if there is none. The message can be read by `at` until
  /// the next push.
  [[nodiscard]] std::uint32_t take(Box& box, Rank source, Lane lane) {
    if (box.last != kTable && box.first != kNone) {
      const PendingMessage& message = messages_[box.first];
      if (message.source == source && message.lane == lane) {
        const std::uint32_t index = box.first;
        box.first = message.next;
        if (box.first == kNone) {
          box.last = kNone;
        }
        release(index);
        return index;
      }
    }
    return box.first == kNone ? kNone : search(box, source, lane);
  }

  [[nodiscard]] const PendingMessage& at(std::uint32_t index) const { return messages_[index]; }

  /// Whether a message of that source and lane is there.
  [[nodiscard]] bool holds(const Box& box, Rank source, Lane lane) const;

  [[nodiscard]] static bool is_empty(const Box& box) { return box.first == kNone; }

  /// Any message of the box that is still there, or kNone.
  [[nodiscard]] std::uint32_t any(const Box& box) const;

  /// Messages in all boxes.
  [[nodiscard]] std::int64_t pending() const { return pending_; }

  /// Bytes that the messages take.
  [[nodiscard]] std::size_t reserved() const { return messages_.capacity() * sizeof(PendingMessage); }

  /// Boxes that are tables now.
  [[nodiscard]] std::size_t tables() const { return tables_.size() - free_tables_.size(); }

 private:
  static constexpr std::uint32_t kTable = kNone - 1;
  static constexpr int kLongSearch = 8;

  struct Table {
    std::vector<Box> lists;  // a power of two of them
    std::int64_t messages = 0;
  };

  std::uint32_t store(const PendingMessage& message) {
    std::uint32_t index = free_;
    if (index == kNone) {
      index = static_cast<std::uint32_t>(messages_.size());
      messages_.push_back(message);
    } else {
      free_ = messages_[index].next;
      messages_[index] = message;
    }
    messages_[index].next = kNone;
    return index;
  }

  void append(Box& list, std::uint32_t index) {
    if (list.first == kNone) {
      list.first = index;
    } else {
      messages_[list.last].next = index;
    }
    list.last = index;
  }

  /// Nothing of the message but its link is lost.
  void release(std::uint32_t index) {
    messages_[index].next = free_;
    free_ = index;
    --pending_;
  }

  [[nodiscard]] static std::size_t slot(const Table& table, Rank source, Lane lane);
  [[nodiscard]] std::uint32_t search(Box& box, Rank source, Lane lane);
  [[nodiscard]] std::uint32_t unlink(Box& list, Rank source, Lane lane, int& steps);
  void push_in_table(Box& box, std::uint32_t index);
  void spread(Table& table, std::size_t lists);
  void turn_into_table(Box& box);
  void turn_into_list(Box& box);

  std::vector<PendingMessage> messages_;
  std::uint32_t free_ = kNone;
  std::int64_t pending_ = 0;
  std::vector<Table> tables_;
  std::vector<std::uint32_t> free_tables_;
};

}  // namespace ringwood
