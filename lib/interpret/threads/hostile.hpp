#pragma once

#include <random>
#include <vector>

#include "interpret/threads/mailbox.hpp"
#include "ringwood/threads.hpp"

namespace ringwood {

/// A rank's way into the mailboxes under Hostility. Ended transfers are held back and reported in any order, as far as
/// more than one has ended.
class HostileTransport final : public Transport {
 public:
  HostileTransport(Mailboxes& mailboxes, Rank me, const Hostility& hostility);

  Ticket start_send(Rank peer, Lane lane, std::span<const std::byte> data) override;
  Ticket start_receive(Rank peer, Lane lane, std::span<std::byte> data) override;
  Ticket wait_any() override;
  std::optional<Ticket> test_any() override;

 private:
  void delay();
  void die_in_time();
  [[nodiscard]] std::span<const std::byte> flipped(std::span<const std::byte> data);
  [[nodiscard]] bool happens(std::uint32_t one_in);

  MailboxTransport inner_;
  const Hostility& hostility_;
  Rank me_;
  std::minstd_rand random_;
  std::int64_t started_ = 0;
  std::int64_t sent_ = 0;
  std::vector<std::byte> flipped_;  // the message of Hostility::flips as it is sent
};

}  // namespace ringwood
