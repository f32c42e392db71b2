#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "ringwood/ids.hpp"

namespace ringwood {

/// How the executor moves bytes between ranks: what MPI and the threads of one process have to offer it. A transport
/// serves one rank and one call of a collective. Messages match in order by (source, destination, lane); both sides
/// know the size, and none is empty.
class Transport {
 public:
  using Ticket = std::uint32_t;

  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Starts a transfer; the memory must not be touched (`data` of a send: written) until the ticket has ended. Tickets
  /// are numbered 0, 1, 2, ... in the order of starting, over both kinds.
  virtual Ticket start_send(Rank peer, Lane lane, std::span<const std::byte> data) = 0;
  virtual Ticket start_receive(Rank peer, Lane lane, std::span<std::byte> data) = 0;

  /// Waits until at least one started transfer that was not reported yet has ended, and reports it. Throws
  /// Error(kSystem) that names the peer if it failed.
  virtual Ticket wait_any() = 0;

  /// The same without waiting: nothing if none has ended. What is under way moves on.
  [[nodiscard]] virtual std::optional<Ticket> test_any() = 0;

  /// Waits until everything that was started and not reported yet has ended, `count` transfers, and reports it.
  /// Throws as `wait_any` does.
  virtual void wait_all(std::uint32_t count) {
    for (; count > 0; --count) {
      (void)wait_any();
    }
  }
};

}  // namespace ringwood
