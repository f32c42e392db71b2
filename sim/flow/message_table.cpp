#include "sim/flow/message_table.hpp"

namespace ringwood {

void MessageTable::schedule(MessageId id) {
  const Picoseconds time = messages_[id].head;
  messages_[id].next = kNoMessage;
  const std::uint64_t mixed = static_cast<std::uint64_t>(time) * 0x9E3779B97F4A7C15U;
  std::uint32_t& recent = recent_[mixed >> 58U];
  if (recent != kNone && lists_[recent].time == time) {
    List& list = lists_[recent];
    messages_[list.last].next = id;
    list.last = id;
    return;
  }
  if (free_lists_.empty()) {
    recent = static_cast<std::uint32_t>(lists_.size());
    lists_.emplace_back();
  } else {
    recent = free_lists_.back();
    free_lists_.pop_back();
  }
  lists_[recent] = {time, id, id};
  starts_.push({time, recent});
}

}  // namespace ringwood
