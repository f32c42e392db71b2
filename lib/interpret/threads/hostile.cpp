#include "interpret/threads/hostile.hpp"

#include <thread>

#include "ringwood/error.hpp"

namespace ringwood {

HostileTransport::HostileTransport(Mailboxes& mailboxes, Rank me, const Hostility& hostility)
    : inner_(mailboxes, me),
      hostility_(hostility),
      me_(me),
      random_(static_cast<std::uint32_t>(hostility.seed * 1000003 + static_cast<std::uint64_t>(me) + 1)) {
  if (hostility.disorder) {
    inner_.report_in_any_order(&random_);
  }
}

bool HostileTransport::happens(std::uint32_t one_in) {
  return hostility_.disorder && random_() % one_in == 0;
}

// Mostly nothing, sometimes others first, seldom so long that everybody else waits.
void HostileTransport::delay() {
  if (happens(2000)) {
    std::this_thread::sleep_for(std::chrono::microseconds(500 + random_() % 1500));
  } else if (happens(100)) {
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % 50));
  } else if (happens(2)) {
    std::this_thread::yield();
  }
}

void HostileTransport::die_in_time() {
  if (me_ == hostility_.faulty && started_++ == hostility_.dies) {
    throw Error(ErrorKind::kSystem, "ended by a planted fault");
  }
}

std::span<const std::byte> HostileTransport::flipped(std::span<const std::byte> data) {
  flipped_.assign(data.begin(), data.end());
  const std::size_t bit = random_() % (8 * flipped_.size());
  flipped_[bit / 8] ^= std::byte{1} << (bit % 8);
  return flipped_;
}

Transport::Ticket HostileTransport::start_send(Rank peer, Lane lane, std::span<const std::byte> data) {
  die_in_time();
  delay();
  const std::int64_t number = sent_++;
  if (me_ == hostility_.faulty && number == hostility_.loses) {
    return inner_.lose(peer, lane);
  }
  if (me_ == hostility_.faulty && number == hostility_.flips) {
    data = flipped(data);
  }
  return inner_.start_send(peer, lane, data, happens(2) ? EagerRule::kOther : EagerRule::kBySize);
}

Transport::Ticket HostileTransport::start_receive(Rank peer, Lane lane, std::span<std::byte> data) {
  die_in_time();
  delay();
  return inner_.start_receive(peer, lane, data);
}

Transport::Ticket HostileTransport::wait_any() {
  delay();
  return inner_.wait_any();
}

std::optional<Transport::Ticket> HostileTransport::test_any() {
  delay();
  return inner_.test_any();
}

}  // namespace ringwood
