#include "schedule/checked_transport.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::size_t kChains = 4;
constexpr std::size_t kBlock = 256;

// Exclusive or, a multiplication by an odd number and a shift of the upper half into the lower are all one-to-one: for
// a given state different words lead to different states, and for a given word different states do.
[[nodiscard]] std::uint64_t mixed(std::uint64_t state, std::uint64_t word) {
  state = (state ^ word) * 0x9E3779B97F4A7C15U;
  return state ^ (state >> 32U);
}

}  // namespace

std::uint64_t checksum_of(std::span<const std::byte> data) {
  // Several chains at once, since one multiplication waits for the other.
  std::array<std::uint64_t, kChains> chains{1, 2, 3, 4};
  std::size_t at = 0;
  for (; at + kChains * kWord <= data.size(); at += kChains * kWord) {
    std::array<std::uint64_t, kChains> words;
    std::memcpy(words.data(), data.data() + at, sizeof words);
    for (std::size_t i = 0; i < kChains; ++i) {
      chains[i] = mixed(chains[i], words[i]);
    }
  }
  for (; at < data.size(); at += kWord) {
    std::uint64_t word = 0;
    std::memcpy(&word, data.data() + at, std::min(kWord, data.size() - at));
    chains[0] = mixed(chains[0], word);
  }
  std::uint64_t whole = mixed(0, data.size());
  for (const std::uint64_t chain : chains) {
    whole = mixed(whole, chain);
  }
  return whole;
}

std::uint64_t* CheckedTransport::new_checksum() {
  if (used_ == blocks_.size() * kBlock) {
    blocks_.push_back(std::make_unique<Block>(kBlock));
  }
  std::uint64_t* const made = blocks_[used_ / kBlock]->data() + used_ % kBlock;
  ++used_;
  return made;
}

void CheckedTransport::leave() noexcept {
  for (std::unique_ptr<Block>& block : blocks_) {
    (void)block.release();
  }
  blocks_.clear();
  begin();
}

Transport::Ticket CheckedTransport::add(const Started& started) {
  started_.push_back(started);
  return static_cast<Ticket>(started_.size() - 1);
}

Transport::Ticket CheckedTransport::start_send(Rank peer, Lane lane, std::span<const std::byte> data) {
  const Ticket ticket = add({.received = {}, .checksum = new_checksum(), .peer = peer});
  *started_.back().checksum = checksum_of(data);
  inner_.start_send(peer, lane, data);
  inner_.start_send(peer, lane, std::as_bytes(std::span(started_.back().checksum, 1)));
  return ticket;
}

Transport::Ticket CheckedTransport::start_receive(Rank peer, Lane lane, std::span<std::byte> data) {
  const Ticket ticket = add({.received = data, .checksum = new_checksum(), .peer = peer});
  inner_.start_receive(peer, lane, data);
  inner_.start_receive(peer, lane, std::as_writable_bytes(std::span(started_.back().checksum, 1)));
  return ticket;
}

/// Whether its message and checksum have both ended.
bool CheckedTransport::ends(Ticket inner) {
  Started& started = started_[inner / 2];
  if (!started.half) {
    started.half = true;
    return false;
  }
  if (!started.received.empty() && checksum_of(started.received) != *started.checksum) {
    throw Error(ErrorKind::kSystem, "receiving from rank " + std::to_string(started.peer) + ": of " +
                                        std::to_string(started.received.size()) +
                                        " bytes some are not those that were sent: the checksums differ");
  }
  return true;
}

Transport::Ticket CheckedTransport::wait_any() {
  while (true) {
    const Ticket inner = inner_.wait_any();
    if (ends(inner)) {
      return inner / 2;
    }
  }
}

std::optional<Transport::Ticket> CheckedTransport::test_any() {
  while (true) {
    const std::optional<Ticket> inner = inner_.test_any();
    if (!inner) {
      return std::nullopt;
    }
    if (ends(*inner)) {
      return *inner / 2;
    }
  }
}

}  // namespace ringwood
