#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "ringwood/program.hpp"
#include "sim/charge_table.hpp"
#include "sim/critical_path.hpp"
#include "sim/message_pool.hpp"
#include "sim/model/loggops.hpp"

namespace ringwood {

/// What a rank of the data flow does.
enum class Doing : std::uint8_t {
  kRuns,        ///< it runs, or is due to
  kWaits,       ///< for a message from RankState::waits_for
  kRendezvous,  ///< it waits for the receives of what it sent
  kEnded,
};

/// A message kept at its receiver, who has a place for it without a list.
struct Slot {
  static constexpr CostClass kClasses = std::numeric_limits<std::uint16_t>::max();

  Picoseconds head = 0;
  Rank source = -1;  ///< -1: empty
  std::uint16_t cost_class = 0;

  [[nodiscard]] bool empty() const { return source < 0; }
};

/// A rank of the data flow. Most messages find their receiver waiting or with little else to take: these are kept in
/// slots, all others in its inbox. Of one source's messages those in the first slot are older than those in the second,
/// and these older than those in the inbox.
struct alignas(64) RankState {
  // What a message to the rank touches, and what brings the rank back: one cache line.
  std::array<Slot, 2> slots;
  Rank waits_for = -1;
  Doing doing = Doing::kRuns;
  bool has_inbox = false;  ///< there are messages in its inbox
  bool carries = false;    ///< whether the current round carries anything
  Program program;
  MessagePool::Box inbox;
  std::uint32_t position = 0;  ///< in the round at which it stopped, of the operation that waits
  std::int32_t pulled = 0;     ///< rounds pulled, empty ones included; the current one has number pulled - 1
  // What changes with its operations: another.
  RankClocks clocks;
  Bytes bytes_sent = 0;
  const Operation* round = nullptr;  ///< the current one's operations
  std::uint32_t operations = 0;      ///< their number
  std::int32_t rounds = 0;           ///< that carry anything, without the current one

  [[nodiscard]] std::span<const Operation> current_round() const { return {round, operations}; }

  /// Brings the operations, and what lies around them in their program's frame, into the cache.
  void prefetch_round() const {
    if (round == nullptr) {
      return;
    }
    const auto* at = reinterpret_cast<const std::byte*>(round);
    for (std::ptrdiff_t line = -2; line < 2; ++line) {
      __builtin_prefetch(at + line * 64, 1);
    }
  }
};

static_assert(sizeof(RankState) == 128);

/// A rank that runs. What changes with every operation is a copy meanwhile, which the compiler can keep in registers.
struct Running {
  Rank me;
  RankState& state;
  ChargeTable& charges;
  RankClocks clocks;
};

/// A message between its send and the time at which the simulation looks at its receiver: a cache miss that overlaps
/// with other work.
struct Outgoing {
  Rank receiver = 0;
  PendingMessage message;
  OperationId sent = kNoOperation;
};

/// Sends of the current round that wait for their receives, and since when it runs: a rank's that may have to wait.
struct Rendezvous {
  Picoseconds round_start = 0;
  std::int32_t open = 0;
  Picoseconds latest = 0;
  Cause cause;  ///< of `latest`
};

/// What is kept to tell the critical path.
struct Tracing {
  Trace trace;
  std::vector<OperationId> last;         ///< of each rank
  std::vector<OperationId> round_start;  ///< of each rank, the last before its current round
};

}  // namespace ringwood
