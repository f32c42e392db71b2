#include "sim/flow/message_table.hpp"

namespace ringwood {

void MessageTable::schedule(MessageId id, double limit) {
  const FlowMessage& message = messages_[id];
  const Picoseconds time = message.head;
  const std::uint64_t mixed = static_cast<std::uint64_t>(time) * 0x9E3779B97F4A7C15U;
  std::uint32_t& recent = recent_[mixed >> 58U];
  if (recent == kNone || lists_[recent].time != time) {
    if (free_lists_.empty()) {
      recent = static_cast<std::uint32_t>(lists_.size());
      lists_.emplace_back();
    } else {
      recent = free_lists_.back();
      free_lists_.pop_back();
    }
    lists_[recent].time = time;
    starts_.push({time, recent});
  }
  lists_[recent].flows.push_back({message.source, message.destination, message.bytes, limit, id});
}

void MessageTable::take_starting(Picoseconds now, std::vector<FlowStart>& started) {
  started.clear();
  while (next_start() == now) {
    const std::uint32_t number = starts_.top().list;
    starts_.pop();
    List& list = lists_[number];
    if (started.empty()) {
      started.swap(list.flows);
    } else {
      started.insert(started.end(), list.flows.begin(), list.flows.end());
      list.flows.clear();
    }
    list.time = kNever;
    free_lists_.push_back(number);
  }
}

}  // namespace ringwood
