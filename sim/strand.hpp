#pragma once

#include <span>
#include <vector>

#include "ringwood/program.hpp"
#include "sim/chunk_bytes.hpp"
#include "sim/critical_path.hpp"
#include "sim/engine.hpp"
#include "sim/event_heap.hpp"
#include "sim/message_pool.hpp"
#include "sim/model/loggops.hpp"
#include "sim/operation_log.hpp"

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

/// Takes what the strand's program has yielded. False: nothing in it takes time.
inline bool begin_round(Strand& strand, const ChunkBytes& bytes, Rank ranks) {
  ++strand.pulled;
  strand.round = strand.program->round();
  strand.position = 0;
  strand.sends_done = false;
  strand.round_start = strand.end;
  bool takes_time = false;
  bool counts = false;
  for (const Operation& operation : strand.round) {
    if (bytes.of(operation.chunks) == 0) {
      continue;
    }
    counts = true;
    takes_time |= operation.kind != OperationKind::kCopy;
    const bool has_peer = operation.kind != OperationKind::kReduce && operation.kind != OperationKind::kCopy;
    if (has_peer && (operation.peer < 0 || operation.peer >= ranks)) {
      throw_bad_peer(strand.rank, strand.pulled - 1, operation.peer, ranks);
    }
  }
  strand.rounds += counts ? 1 : 0;
  return takes_time;
}

/// The operation at which the strand stands, or nothing if its round has ended: sends first, nothing of zero bytes.
[[nodiscard]] inline const Operation* operation_at(Strand& strand, const ChunkBytes& bytes) {
  for (;; strand.sends_done = true, strand.position = 0) {
    for (; strand.position < strand.round.size(); ++strand.position) {
      const Operation& operation = strand.round[strand.position];
      const bool is_send = operation.kind == OperationKind::kSend;
      if (is_send != strand.sends_done && operation.kind != OperationKind::kCopy && bytes.of(operation.chunks) > 0) {
        return &operation;
      }
    }
    if (strand.sends_done) {
      return nullptr;
    }
  }
}

/// An operation that the strand has just been served, with what is the strand's.
[[nodiscard]] inline LoggedOperation of_strand(const Strand& strand, LoggedOperation operation) {
  operation.end = strand.end;
  operation.rank = strand.rank;
  operation.lane = strand.lane;
  operation.round = strand.pulled - 1;
  return operation;
}

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

/// All strands and ranks of a simulation. Adding a strand moves others.
class Strands {
 public:
  explicit Strands(Rank ranks) : ranks_(static_cast<std::size_t>(ranks)) { strands_.reserve(ranks_.size()); }

  [[nodiscard]] Strand& operator[](StrandId id) { return strands_[id]; }

  [[nodiscard]] const Strand& operator[](StrandId id) const { return strands_[id]; }

  [[nodiscard]] std::span<const Strand> all() const { return strands_; }

  [[nodiscard]] SharedState& rank(Rank rank) { return ranks_[static_cast<std::size_t>(rank)]; }

  [[nodiscard]] SharedState& rank_of(const Strand& strand) { return rank(strand.rank); }

  [[nodiscard]] std::span<const SharedState> ranks() const { return ranks_; }

  /// The strand of the next rank.
  StrandId add_rank(Program& program) {
    const auto id = static_cast<StrandId>(strands_.size());
    Strand& strand = strands_.emplace_back();
    strand.program = &program;
    strand.rank = static_cast<Rank>(id);
    return id;
  }

  /// A lane into which a strand forks: goes on where that stands.
  StrandId add_lane(StrandId parent, Program& program) {
    StrandId id = static_cast<StrandId>(strands_.size());
    if (free_.empty()) {
      strands_.emplace_back();
    } else {
      id = free_.back();
      free_.pop_back();
      strands_[id] = Strand();
    }
    Strand& strand = strands_[id];
    strand.program = &program;
    strand.parent = parent;
    strand.lane = program.lane();
    strand.rank = strands_[parent].rank;
    strand.time = strands_[parent].time;
    strand.end = strands_[parent].end;
    strand.pulled = strands_[parent].pulled;
    rank_of(strand).lanes.push_back({strand.lane, id});
    return id;
  }

  void remove_lane(StrandId id) {
    std::erase_if(rank_of(strands_[id]).lanes, [id](const SharedState::LaneStrand& lane) { return lane.strand == id; });
    free_.push_back(id);
  }

  /// The strand that runs in a lane of a rank, or the rank's own.
  [[nodiscard]] StrandId running_in(Rank rank, Lane lane) const {
    for (const SharedState::LaneStrand& candidate : ranks_[static_cast<std::size_t>(rank)].lanes) {
      if (candidate.lane == lane && strands_[candidate.strand].waits != Waits::kLanes) {
        return candidate.strand;
      }
    }
    return static_cast<StrandId>(rank);
  }

  /// Bytes that they take.
  [[nodiscard]] std::size_t reserved() const {
    std::size_t lanes = 0;
    for (const SharedState& rank : ranks_) {
      lanes += rank.lanes.capacity();
    }
    return ranks_.size() * sizeof(SharedState) + lanes * sizeof(SharedState::LaneStrand) +
           strands_.capacity() * sizeof(Strand);
  }

 private:
  std::vector<SharedState> ranks_;
  std::vector<Strand> strands_;
  std::vector<StrandId> free_;
};

}  // namespace ringwood
