#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "ringwood/layout.hpp"
#include "ringwood/program.hpp"
#include "sim/critical_path.hpp"
#include "sim/engine.hpp"
#include "sim/message_pool.hpp"
#include "sim/model/loggops.hpp"

namespace ringwood {

/// Number of a strand; kNoStrand: none.
using StrandId = std::uint32_t;

inline constexpr StrandId kNoStrand = ~StrandId{0};

/// An operation that is ready to be served, all that its lane knows considered.
struct Event {
  Picoseconds time = 0;
  Rank rank = 0;
  Lane lane = 0;
  StrandId strand = 0;

  /// The total order. A strand has one event at most, and strands of one rank that run side by side differ in lane.
  friend bool operator>(const Event& a, const Event& b) {
    return std::tie(a.time, a.rank, a.lane) > std::tie(b.time, b.rank, b.lane);
  }
};

/// An operation of the current round as far as time depends on it.
struct Item {
  OperationKind kind = OperationKind::kSend;
  Rank peer = 0;
  Bytes bytes = 0;
};

/// What a strand waits for.
enum class Waits { kNot, kMessage, kRendezvous, kLanes, kEnded };

/// A program that runs: a rank's, or one of the lanes that it has forked into.
struct Strand {
  Program own;                 // of a rank; lanes live in the frame of the program that forked
  Program* program = nullptr;  // as long as it stays where it is: `own` of another strand never moves
  StrandId parent = kNoStrand;
  Rank rank = 0;
  Lane lane = 0;
  Waits waits = Waits::kNot;
  Rank waits_for = -1;
  std::int32_t open_lanes = 0;
  std::vector<Item> round;  // sends first, nothing of zero bytes
  std::size_t position = 0;
  bool counts = false;     // the round has at least a copy
  PendingMessage message;  // what the next receive takes
  OperationId sent_by = kNoOperation;
  std::int32_t pulled = 0;
  std::int64_t rounds = 0;
  std::int64_t lane_rounds = 0;  // of the lane with most rounds, of those that run
  Picoseconds time = 0;          // of its last event: events of a strand are in program order
  Picoseconds round_start = 0;
  Picoseconds end = 0;  // of its last operation
  std::int32_t open_sends = 0;
  Picoseconds latest_match = 0;
  Cause match_cause;
  OperationId last = kNoOperation;
  OperationId last_before_round = kNoOperation;
};

/// Replaces the strand's round by what its program yielded.
inline void collect_round(Strand& strand, const Layout& layout, Rank ranks) {
  strand.round.clear();
  for (const Operation& operation : strand.program->round()) {
    const Bytes bytes = layout.bytes(operation.chunks);
    if (bytes == 0 || operation.kind == OperationKind::kCopy) {
      strand.counts |= bytes > 0;
      continue;
    }
    if (operation.kind != OperationKind::kReduce && (operation.peer < 0 || operation.peer >= ranks)) {
      throw_bad_peer(strand.rank, strand.pulled - 1, operation.peer, ranks);
    }
    strand.round.push_back({operation.kind, operation.peer, bytes});
  }
  std::stable_partition(strand.round.begin(), strand.round.end(),
                        [](const Item& item) { return item.kind == OperationKind::kSend; });
}

/// Keeps an operation that has just been served, if there is a log.
inline void log_operation(OperationLog* log, const Strand& strand, const Item& item, Picoseconds start,
                          LoggedOperation::Kind kind) {
  if (log != nullptr) {
    const Rank peer = kind == LoggedOperation::Kind::kReduce ? -1 : item.peer;
    log->push_back({start, strand.end, item.bytes, strand.rank, peer, strand.lane, strand.pulled - 1, kind});
  }
}

/// What the strands of a rank share.
struct SharedState {
  RankClocks clocks;
  MessagePool::Box inbox;
  std::vector<StrandId> strands;
  Bytes bytes_sent = 0;
};

}  // namespace ringwood
