#include "interpret/threads/mailbox.hpp"

#include <cstring>
#include <string>
#include <utility>

#include "ringwood/error.hpp"

namespace ringwood {

Mailboxes::Mailboxes(Rank ranks, Options options) : options_(options) {
  for (Rank rank = 0; rank < ranks; ++rank) {
    mailboxes_.push_back(std::make_unique<Mailbox>());
  }
}

void Mailboxes::abort() {
  aborted_ = true;
  for (const auto& mailbox : mailboxes_) {
    const std::lock_guard lock(mailbox->mutex);  // so that nobody is between looking and waiting
    mailbox->changed.notify_all();
  }
}

void Mailboxes::end(Rank rank, Transport::Ticket ticket) {
  Mailbox& mailbox = *mailboxes_[static_cast<std::size_t>(rank)];
  const std::lock_guard lock(mailbox.mutex);
  mailbox.ended.push_back(ticket);
  mailbox.changed.notify_one();
}

Transport::Ticket MailboxTransport::new_ticket(Rank peer, Lane lane, bool sends) {
  started_.push_back({peer, lane, sends, false});
  return static_cast<Ticket>(started_.size() - 1);
}

void MailboxTransport::check_size(Rank peer, std::size_t sent, std::size_t expected) const {
  if (sent != expected) {
    throw Error(ErrorKind::kSystem, "a message of " + std::to_string(sent) + " bytes met a receive of " +
                                        std::to_string(expected) + " bytes (the other rank is " + std::to_string(peer) +
                                        ")");
  }
}

Transport::Ticket MailboxTransport::start_send(Rank peer, Lane lane, std::span<const std::byte> data, EagerRule rule) {
  const Ticket ticket = new_ticket(peer, lane, true);
  Mailboxes::Mailbox& mailbox = *shared_.mailboxes_[static_cast<std::size_t>(peer)];
  const bool small = static_cast<Bytes>(data.size()) <= shared_.options_.eager_limit;
  const bool eager = small == (rule == EagerRule::kBySize);
  {
    std::unique_lock lock(mailbox.mutex);
    Mailboxes::Channel& channel = mailbox.channels[{me_, lane}];
    if (!channel.receives.empty()) {
      const Mailboxes::PendingReceive receive = channel.receives.front();
      channel.receives.pop_front();
      lock.unlock();
      check_size(peer, data.size(), receive.data.size());
      std::memcpy(receive.data.data(), data.data(), data.size());
      shared_.end(peer, receive.ticket);
    } else {
      Mailboxes::PendingSend& pending = channel.sends.emplace_back();
      pending.ticket = ticket;
      pending.data = data;
      if (!eager) {
        return ticket;
      }
      pending.copy.assign(data.begin(), data.end());
      pending.data = pending.copy;
      pending.ended = true;
    }
  }
  shared_.end(me_, ticket);
  return ticket;
}

Transport::Ticket MailboxTransport::start_receive(Rank peer, Lane lane, std::span<std::byte> data) {
  const Ticket ticket = new_ticket(peer, lane, false);
  Mailboxes::Mailbox& mailbox = *shared_.mailboxes_[static_cast<std::size_t>(me_)];
  Mailboxes::PendingSend send;
  {
    const std::lock_guard lock(mailbox.mutex);
    Mailboxes::Channel& channel = mailbox.channels[{peer, lane}];
    if (channel.sends.empty()) {
      channel.receives.push_back({data, ticket});
      return ticket;
    }
    send = std::move(channel.sends.front());
    channel.sends.pop_front();
  }
  check_size(peer, send.data.size(), data.size());
  std::memcpy(data.data(), send.data.data(), data.size());
  if (!send.ended) {
    shared_.end(peer, send.ticket);
  }
  shared_.end(me_, ticket);
  return ticket;
}

Transport::Ticket MailboxTransport::wait_any() {
  Mailboxes::Mailbox& mailbox = *shared_.mailboxes_[static_cast<std::size_t>(me_)];
  std::unique_lock lock(mailbox.mutex);
  const bool woken = mailbox.changed.wait_for(lock, shared_.options_.timeout,
                                              [&] { return !mailbox.ended.empty() || shared_.aborted_; });
  if (shared_.aborted_) {
    give_up("given up, since another rank failed");
  }
  if (!woken) {
    give_up("no answer");
  }
  return take_ended(mailbox);
}

std::optional<Transport::Ticket> MailboxTransport::test_any() {
  Mailboxes::Mailbox& mailbox = *shared_.mailboxes_[static_cast<std::size_t>(me_)];
  const std::lock_guard lock(mailbox.mutex);
  if (shared_.aborted_) {
    give_up("given up, since another rank failed");
  }
  return mailbox.ended.empty() ? std::nullopt : std::optional(take_ended(mailbox));
}

Transport::Ticket MailboxTransport::take_ended(Mailboxes::Mailbox& mailbox) {
  if (random_ != nullptr) {
    std::swap(mailbox.ended.front(), mailbox.ended[(*random_)() % mailbox.ended.size()]);
  }
  const Ticket ticket = mailbox.ended.front();
  mailbox.ended.pop_front();
  started_[ticket].reported = true;
  return ticket;
}

Transport::Ticket MailboxTransport::lose(Rank peer, Lane lane) {
  const Ticket ticket = new_ticket(peer, lane, true);
  shared_.end(me_, ticket);
  return ticket;
}

void MailboxTransport::give_up(const char* why) const {
  for (const Started& started : started_) {
    if (!started.reported) {
      throw Error(ErrorKind::kSystem, std::string(why) + (started.sends ? ": send to rank " : ": receive from rank ") +
                                          std::to_string(started.peer) + ", lane " + std::to_string(started.lane));
    }
  }
  throw Error(ErrorKind::kSystem, why);
}

}  // namespace ringwood
