#pragma once

#include <span>
#include <vector>

#include "ringwood/program.hpp"
#include "sim/critical_path.hpp"
#include "sim/event_heap.hpp"
#include "sim/message_pool.hpp"
#include "sim/model/loggops.hpp"

namespace ringwood {

/// What a strand waits for.
enum class Waits : std::uint8_t { kNot, kMessage, kRendezvous, kLanes, kEnded };

/// A program that runs: a rank's, or one of the lanes that it has forked into.
struct Strand {
  Program* program = nullptr;        // where it does not move: of the rank, or in the frame of the program that forked
  std::span<const Operation> round;  // what its program yielded last
  Picoseconds time = 0;              // of its last event: events of a strand are in program order
  Picoseconds round_start = 0;
  Picoseconds end = 0;           // of its last operation
  Picoseconds head = 0;          // of the message that the next receive takes
  Picoseconds latest_match = 0;  // of its sends that wait for their receives
  StrandId parent = kNoStrand;
  Rank rank = 0;
  Lane lane = 0;
  Rank peer = -1;            // whose message it waits for, or takes next
  CostClass cost_class = 0;  // of that message
  std::int32_t open = 0;     // sends of the round that wait for their receives, or lanes that run
  std::int32_t pulled = 0;
  std::int32_t rounds = 0;
  std::int32_t lane_rounds = 0;  // of the lane with most rounds, of those that run
  std::uint32_t position = 0;    // in the round
  Waits waits = Waits::kNot;
  bool sends_done = false;  // of the round: then `position` is that of another operation
};

/// What a strand keeps where there is a trace.
struct StrandTrace {
  OperationId last = kNoOperation;
  OperationId last_before_round = kNoOperation;
  OperationId sent_by = kNoOperation;  // of the message that the next receive takes
  Cause match_cause;
};

/// What the strands of a rank share. Its own strand has the number of the rank.
struct SharedState {
  struct LaneStrand {
    Lane lane;
    StrandId strand;
  };

  RankClocks clocks;
  MessagePool::Box inbox;
  std::vector<LaneStrand> lanes;  // that it has forked into
  Bytes bytes_sent = 0;
};

}  // namespace ringwood
