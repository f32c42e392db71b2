#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "schedule/transport.hpp"

namespace ringwood {

/// A number that tells bytes apart. Bytes that differ within one aligned word of eight, as after any one flipped bit,
/// never have the same; others do by a chance of 2^-64.
[[nodiscard]] std::uint64_t checksum_of(std::span<const std::byte> data);

/// Another transport, by which each message is followed by its checksum in the same lane. A message that is not what
/// was sent ends the receiver's waiting with an Error(kSystem) that names the sender. All ranks must use one.
class CheckedTransport final : public Transport {
 public:
  /// The other transport has to live as long.
  explicit CheckedTransport(Transport& inner) : inner_(inner) {}

  /// Before each call; the other transport was made fresh as well.
  void begin() {
    started_.clear();
    used_ = 0;
  }

  /// After a failure that leaves messages under way: never frees the checksums, which somebody may still read.
  void leave() noexcept;

  Ticket start_send(Rank peer, Lane lane, std::span<const std::byte> data) override;
  Ticket start_receive(Rank peer, Lane lane, std::span<std::byte> data) override;
  Ticket wait_any() override;
  [[nodiscard]] std::optional<Ticket> test_any() override;

 private:
  /// A message and its checksum, which have the other transport's tickets 2 t and 2 t + 1.
  struct Started {
    std::span<const std::byte> received;  // empty: it is sent
    std::uint64_t* checksum = nullptr;
    Rank peer = 0;
    bool half = false;  // one of the two has ended
  };

  /// Checksums of messages under way: their addresses stay.
  using Block = std::vector<std::uint64_t>;

  [[nodiscard]] std::uint64_t* new_checksum();
  [[nodiscard]] Ticket add(const Started& started);
  [[nodiscard]] bool ends(Ticket inner);

  Transport& inner_;
  std::vector<Started> started_;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::size_t used_ = 0;  // of the checksums in the blocks
};

}  // namespace ringwood
