#pragma once

#include <span>
#include <tuple>
#include <vector>

#include "ringwood/program.hpp"
#include "sim/flow/flow_path.hpp"
#include "sim/flow/message_table.hpp"
#include "sim/message_pool.hpp"

namespace ringwood {

/// Number of a strand: a rank's own program has the rank's number, lanes follow.
using FlowStrandId = std::uint32_t;

inline constexpr FlowStrandId kNoFlowStrand = ~FlowStrandId{0};

/// What a strand waits for.
enum class FlowWaits : std::uint8_t {
  kNot,
  kSend,        ///< until `waits_for` sends a message
  kEnd,         ///< of the message `current`
  kRendezvous,  ///< until its messages are taken
  kLanes,
  kEnded,
};

/// A program that runs: a rank's, or one of the lanes that it has forked into.
struct FlowStrand {
  Program own;
  Program* lane_program = nullptr;   ///< of a lane; it lives in the frame of the program that forked
  std::span<const Operation> round;  ///< the current one
  std::uint32_t position = 0;        ///< of the next operation: all are gone through twice, first for the sends
  OperationKind kind = OperationKind::kCopy;  ///< of the next operation, unless the round is at its end
  Rank peer = 0;                              ///< the same
  Bytes bytes = 0;                            ///< the same
  MessageId current = kNoMessage;             ///< what the next operation receives
  Picoseconds round_start = 0;
  Picoseconds end = 0;           ///< of its last operation
  Picoseconds time = 0;          ///< of its last event: events of a strand are in program order
  Picoseconds latest_match = 0;  ///< of the round's messages that wait for their receives
  OperationId last = kNoOperation;
  OperationId last_before_round = kNoOperation;
  Cause match_cause;  ///< of `latest_match`
  FlowStrandId parent = kNoFlowStrand;
  Rank rank = 0;
  Lane lane = 0;
  Rank waits_for = -1;
  std::int32_t open_sends = 0;
  std::int32_t open_lanes = 0;
  std::int32_t pulled = 0;
  std::int32_t rounds = 0;       ///< that carry anything
  std::int32_t lane_rounds = 0;  ///< of the lane with most rounds, of those that run
  FlowWaits waits = FlowWaits::kNot;
  bool counted = true;  ///< whether the current round was, in `rounds`

  [[nodiscard]] Program& program() { return lane_program == nullptr ? own : *lane_program; }

  [[nodiscard]] bool in_sends() const { return position < round.size(); }

  /// Of the operations that are gone through twice.
  [[nodiscard]] const Operation& operation() const { return round[in_sends() ? position : position - round.size()]; }

  [[nodiscard]] bool at_end() const { return position == 2 * round.size(); }
};

/// What the strands of a rank share.
struct FlowRank {
  Picoseconds cpu = 0;
  Picoseconds nic_out = 0;
  Picoseconds nic_in = 0;
  Picoseconds cpu_busy_since = 0;  ///< the start of the CPU's last busy period
  MessagePool::Box inbox;          ///< messages that no strand waits for yet; their cost class is their MessageId
  Bytes bytes_sent = 0;
  std::int32_t running = 1;         ///< strands that compete for the CPU
  std::vector<FlowStrandId> lanes;  ///< those that run or wait

  /// Puts the CPU to use from `start` to `end`.
  void occupy(Picoseconds start, Picoseconds end) {
    cpu_busy_since = cpu < start ? start : cpu_busy_since;
    cpu = end;
  }
};

/// An operation that is ready to be served, all that its lane knows considered.
struct FlowEvent {
  Picoseconds time = 0;
  Rank rank = 0;
  Lane lane = 0;
  FlowStrandId strand = 0;

  friend bool operator>(const FlowEvent& a, const FlowEvent& b) {
    return std::tie(a.time, a.rank, a.lane) > std::tie(b.time, b.rank, b.lane);
  }
};

}  // namespace ringwood
