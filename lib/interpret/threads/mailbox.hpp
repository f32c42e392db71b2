#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

#include "schedule/transport.hpp"

namespace ringwood {

/// What the ranks of one run share: a mailbox each. A message meets its receive in the destination's mailbox; whoever
/// comes second copies.
class Mailboxes {
 public:
  struct Options {
    Bytes eager_limit = 4096;  ///< negative: every send waits for its receive
    std::chrono::milliseconds timeout = std::chrono::seconds(60);
  };

  Mailboxes(Rank ranks, Options options);

  /// Makes every rank that waits, or will, end with an error.
  void abort();

 private:
  friend class MailboxTransport;

  struct PendingSend {
    std::span<const std::byte> data;
    std::vector<std::byte> copy;  // where `data` points if the send ended already
    Transport::Ticket ticket = 0;
    bool ended = false;
  };

  struct PendingReceive {
    std::span<std::byte> data;
    Transport::Ticket ticket = 0;
  };

  /// Messages from one rank in one lane: of these two, one is empty.
  struct Channel {
    std::deque<PendingSend> sends;
    std::deque<PendingReceive> receives;
  };

  struct Mailbox {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::pair<Rank, Lane>, Channel> channels;
    std::deque<Transport::Ticket> ended;  // of the mailbox's owner, not yet reported
  };

  void end(Rank rank, Transport::Ticket ticket);

  Options options_;
  std::vector<std::unique_ptr<Mailbox>> mailboxes_;
  std::atomic<bool> aborted_ = false;
};

/// Whether a send ends at once: by the eager limit, or the other way round.
enum class EagerRule { kBySize, kOther };

/// One rank's way into the mailboxes.
class MailboxTransport final : public Transport {
 public:
  MailboxTransport(Mailboxes& mailboxes, Rank me) : shared_(mailboxes), me_(me) {}

  Ticket start_send(Rank peer, Lane lane, std::span<const std::byte> data) override {
    return start_send(peer, lane, data, EagerRule::kBySize);
  }

  Ticket start_receive(Rank peer, Lane lane, std::span<std::byte> data) override;
  Ticket wait_any() override;
  std::optional<Ticket> test_any() override;

  // For HostileTransport: a send by the other rule; one that is taken, and nobody gets; and reports of ended transfers
  // in the order of chance.
  Ticket start_send(Rank peer, Lane lane, std::span<const std::byte> data, EagerRule rule);
  Ticket lose(Rank peer, Lane lane);

  void report_in_any_order(std::minstd_rand* random) { random_ = random; }

 private:
  struct Started {
    Rank peer = 0;
    Lane lane = 0;
    bool sends = false;
    bool reported = false;
  };

  Ticket new_ticket(Rank peer, Lane lane, bool sends);
  Ticket take_ended(Mailboxes::Mailbox& mailbox);
  [[noreturn]] void give_up(const char* why) const;
  void check_size(Rank peer, std::size_t sent, std::size_t expected) const;

  Mailboxes& shared_;
  Rank me_;
  std::minstd_rand* random_ = nullptr;
  std::vector<Started> started_;
};

}  // namespace ringwood
