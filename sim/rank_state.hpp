#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "ringwood/program.hpp"
#include "sim/charge_table.hpp"
#include "sim/critical_path.hpp"
#include "sim/message_pool.hpp"
#include "sim/model/loggops.hpp"

namespace ringwood {

/// What a rank of the data flow does, and what RankState::peer means meanwhile.
enum class Doing : std::uint8_t {
  kRuns,        ///< it runs, or is due to; nothing is in its slot
  kHasMail,     ///< the same, and its slot holds a message from `peer`
  kWaits,       ///< for a message from `peer`
  kRendezvous,  ///< it waits for the receives of what it sent
  kEnded,
};

/// One cache line: what a message to a rank touches, and what the rank needs to go on. Most messages find their
/// receiver waiting or with nothing else to take: these are kept in the slot, all others in its inbox.
struct alignas(64) RankState {
  static constexpr CostClass kSlotClasses = std::numeric_limits<std::uint16_t>::max();

  RankClocks clocks;
  Program program;
  Picoseconds head = 0;  ///< of the message in the slot
  Rank peer = 0;
  Doing doing = Doing::kRuns;
  bool has_inbox = false;        ///< there are messages in its inbox
  std::uint16_t cost_class = 0;  ///< of the message in the slot
};

static_assert(sizeof(RankState) == 64);

/// What changes with every round of a rank.
struct RankProgress {
  Bytes bytes_sent = 0;
  Picoseconds round_start = 0;
  std::int32_t rounds = 0;     ///< that carry anything
  std::int32_t pulled = 0;     ///< rounds pulled, empty ones included; the current one has number pulled - 1
  std::uint32_t position = 0;  ///< in the round at which it stopped, of the operation that waits
  bool counted = true;         ///< whether the current round was, in `rounds`

  void count() {
    rounds += counted ? 0 : 1;
    counted = true;
  }
};

/// A rank that runs. What changes with every operation is a copy meanwhile, which the compiler can keep in registers.
struct Running {
  Rank me;
  RankState& state;
  MessagePool::Box& inbox;
  ChargeTable& charges;
  RankClocks clocks;
  RankProgress progress;
};

/// A message between its send and the time at which the simulation looks at its receiver: a cache miss that overlaps
/// with other work.
struct Outgoing {
  Rank receiver = 0;
  PendingMessage message;
  OperationId sent = kNoOperation;
};

/// Sends of the current round that wait for their receives.
struct Rendezvous {
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
