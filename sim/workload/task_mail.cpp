#include "sim/workload/task_mail.hpp"

#include <algorithm>

#include "schedule/task_graph.hpp"

namespace ringwood {

namespace {

[[nodiscard]] bool takes(const MailKey& receive, const MailKey& message) {
  return (receive.source == kAnyRank || receive.source == message.source) &&
         (receive.channel == kAnyChannel || receive.channel == message.channel);
}

}  // namespace

std::optional<PostedReceive> TaskMail::deliver(Rank rank, const MailKey& key, std::uint32_t message) {
  Box& at = box(rank);
  if (has_wildcards(rank, key.channel)) {
    const auto found = std::find_if(at.wild_receives.begin(), at.wild_receives.end(),
                                    [&](const WildReceive& one) { return takes(one.key, key); });
    if (found == at.wild_receives.end()) {
      at.wild_messages.push_back({key, message});
      return std::nullopt;
    }
    const PostedReceive receive = found->receive;
    at.wild_receives.erase(found);
    return receive;
  }
  const std::uint32_t index = receives_.take(at.receives, key.source, key.channel);
  if (index == MessagePool::kNone) {
    static_cast<void>(messages_.push(at.messages, {0, key.source, key.channel, message, 0}));
    return std::nullopt;
  }
  const PendingMessage& kept = receives_.at(index);
  return PostedReceive{kept.cost_class, static_cast<std::uint32_t>(kept.head)};
}

std::optional<std::uint32_t> TaskMail::post(Rank rank, const MailKey& key, const PostedReceive& receive) {
  Box& at = box(rank);
  if (key.source == kAnyRank || key.channel == kAnyChannel || has_wildcards(rank, key.channel)) {
    const auto found = std::find_if(at.wild_messages.begin(), at.wild_messages.end(),
                                    [&](const WildMessage& one) { return takes(key, one.key); });
    if (found == at.wild_messages.end()) {
      at.wild_receives.push_back({key, receive});
      return std::nullopt;
    }
    const std::uint32_t message = found->message;
    at.wild_messages.erase(found);
    return message;
  }
  const std::uint32_t index = messages_.take(at.messages, key.source, key.channel);
  if (index == MessagePool::kNone) {
    static_cast<void>(receives_.push(
        at.receives, {static_cast<Picoseconds>(receive.place), key.source, key.channel, receive.strand, 0}));
    return std::nullopt;
  }
  return messages_.at(index).cost_class;
}

std::optional<std::uint32_t> TaskMail::unclaimed(Rank rank) const {
  const Box& at = boxes_[static_cast<std::size_t>(rank)];
  if (!at.wild_messages.empty()) {
    return at.wild_messages.front().message;
  }
  const std::uint32_t index = messages_.any(at.messages);
  return index == MessagePool::kNone ? std::nullopt : std::optional<std::uint32_t>(messages_.at(index).cost_class);
}

}  // namespace ringwood
