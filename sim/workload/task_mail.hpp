#pragma once

#include <optional>
#include <vector>

#include "ringwood/ids.hpp"
#include "sim/message_pool.hpp"

namespace ringwood {

/// A receive that was posted: the strand that it belongs to, and its place in the strand's round.
struct PostedReceive {
  std::uint32_t strand = 0;
  std::uint32_t place = 0;
};

/// What a receive asks for, and what a message is.
struct MailKey {
  Rank source = 0;   ///< or kAnyRank
  Lane channel = 0;  ///< or kAnyChannel
};

/// Messages of any channel below TaskMail's number of tagged ones.
inline constexpr Lane kAnyChannel = -1;

/// Joins messages and receives, in the order in which they come. Ranks that ask for messages of any source or channel
/// are searched one by one, all others by key.
class TaskMail {
 public:
  /// Channels from 0 to `tagged` - 1 are tags of single messages, which alone a receive of any channel can take.
  TaskMail(Rank ranks, Lane tagged) : tagged_(tagged), boxes_(static_cast<std::size_t>(ranks)) {}

  /// To be said before the first message, for ranks with receives of any source or channel.
  void expect_wildcards(Rank rank) { box(rank).wild = true; }

  [[nodiscard]] bool has_wildcards(Rank rank, Lane channel) const {
    return channel < tagged_ && boxes_[static_cast<std::size_t>(rank)].wild;
  }

  /// The receive that takes the message, or nothing: then it is kept. `message` is the caller's name for it.
  [[nodiscard]] std::optional<PostedReceive> deliver(Rank rank, const MailKey& key, std::uint32_t message);

  /// The message that the receive takes, or nothing: then the receive is kept.
  [[nodiscard]] std::optional<std::uint32_t> post(Rank rank, const MailKey& key, const PostedReceive& receive);

  /// A message that was never asked for, of this rank, or nothing.
  [[nodiscard]] std::optional<std::uint32_t> unclaimed(Rank rank) const;

  [[nodiscard]] std::size_t reserved() const { return messages_.reserved() + receives_.reserved(); }

 private:
  struct WildMessage {
    MailKey key;
    std::uint32_t message;
  };

  struct WildReceive {
    MailKey key;
    PostedReceive receive;
  };

  struct Box {
    MessagePool::Box messages;
    MessagePool::Box receives;
    std::vector<WildMessage> wild_messages;
    std::vector<WildReceive> wild_receives;
    bool wild = false;
  };

  [[nodiscard]] Box& box(Rank rank) { return boxes_[static_cast<std::size_t>(rank)]; }

  Lane tagged_;
  std::vector<Box> boxes_;
  MessagePool messages_;
  MessagePool receives_;  // a receive is kept as a message from its source, at the time of its place
};

}  // namespace ringwood
