#include "sim/message_pool.hpp"

#include <bit>

namespace ringwood {

std::size_t MessagePool::slot(const Table& table, Rank source, Lane lane) {
  // Multiplicative hashing: the high bits are the good ones, and neighbours in rank go to different lists.
  const std::uint32_t mixed =
      static_cast<std::uint32_t>(source) * 0x9E3779B1U + static_cast<std::uint32_t>(lane) * 0x85EBCA77U;
  const int bits = std::countr_zero(table.lists.size());
  return bits == 0 ? 0 : mixed >> (32 - bits);
}

std::uint32_t MessagePool::unlink(Box& list, Rank source, Lane lane, int& steps) {
  std::uint32_t before = kNone;
  for (std::uint32_t at = list.first; at != kNone; before = at, at = messages_[at].next) {
    ++steps;
    const PendingMessage& message = messages_[at];
    if (message.source != source || message.lane != lane) {
      continue;
    }
    (before == kNone ? list.first : messages_[before].next) = message.next;
    if (list.last == at) {
      list.last = before;
    }
    release(at);
    return at;
  }
  return kNone;
}

std::uint32_t MessagePool::search(Box& box, Rank source, Lane lane) {
  int steps = 0;
  if (box.last != kTable) {
    const std::uint32_t index = unlink(box, source, lane, steps);
    if (steps > kLongSearch && box.first != kNone) {
      turn_into_table(box);
    }
    return index;
  }
  Table& table = tables_[box.first];
  const std::uint32_t index = unlink(table.lists[slot(table, source, lane)], source, lane, steps);
  if (index != kNone) {
    --table.messages;
  }
  if (table.messages == 0) {
    turn_into_list(box);
  } else if (steps > kLongSearch && static_cast<std::int64_t>(table.lists.size()) < 2 * table.messages) {
    spread(table, table.lists.size() * 2);
  }
  return index;
}

void MessagePool::push_in_table(Box& box, std::uint32_t index) {
  Table& table = tables_[box.first];
  const PendingMessage& message = messages_[index];
  append(table.lists[slot(table, message.source, message.lane)], index);
  ++table.messages;
}

void MessagePool::push_front(Box& box, const PendingMessage& message) {
  const std::uint32_t index = store(message);
  Box* list = &box;
  if (box.last == kTable) {
    Table& table = tables_[box.first];
    list = &table.lists[slot(table, message.source, message.lane)];
    ++table.messages;
  }
  messages_[index].next = list->first;
  list->first = index;
  if (list->last == kNone) {
    list->last = index;
  }
  ++pending_;
}

void MessagePool::spread(Table& table, std::size_t lists) {
  std::vector<Box> old(lists);
  old.swap(table.lists);
  for (const Box& list : old) {
    // In order, and a source's messages are all in one list: their order is kept.
    for (std::uint32_t at = list.first; at != kNone;) {
      const std::uint32_t next = messages_[at].next;
      messages_[at].next = kNone;
      append(table.lists[slot(table, messages_[at].source, messages_[at].lane)], at);
      at = next;
    }
  }
}

void MessagePool::turn_into_table(Box& box) {
  std::uint32_t number = 0;
  if (free_tables_.empty()) {
    number = static_cast<std::uint32_t>(tables_.size());
    tables_.emplace_back();
  } else {
    number = free_tables_.back();
    free_tables_.pop_back();
  }
  Table& table = tables_[number];
  table.lists.assign(1, box);
  for (std::uint32_t at = box.first; at != kNone; at = messages_[at].next) {
    ++table.messages;
  }
  spread(table, std::bit_ceil(static_cast<std::size_t>(table.messages)));
  box = {number, kTable};
}

void MessagePool::turn_into_list(Box& box) {
  tables_[box.first] = Table{};
  free_tables_.push_back(box.first);
  box = Box{};
}

bool MessagePool::holds(const Box& box, Rank source, Lane lane) const {
  const Table* table = box.last == kTable ? &tables_[box.first] : nullptr;
  const Box& list = table == nullptr ? box : table->lists[slot(*table, source, lane)];
  for (std::uint32_t at = list.first; at != kNone; at = messages_[at].next) {
    if (messages_[at].source == source && messages_[at].lane == lane) {
      return true;
    }
  }
  return false;
}

std::uint32_t MessagePool::any(const Box& box) const {
  if (box.last != kTable) {
    return box.first;
  }
  for (const Box& list : tables_[box.first].lists) {
    if (list.first != kNone) {
      return list.first;
    }
  }
  return kNone;
}

}  // namespace ringwood
