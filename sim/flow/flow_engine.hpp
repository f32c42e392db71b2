#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <span>
#include <vector>

#include "base/huge_pages.hpp"
#include "sim/chunk_bytes.hpp"
#include "sim/engine.hpp"
#include "sim/flow/flow_strand.hpp"
#include "sim/flow/network.hpp"
#include "sim/rank_charges.hpp"

namespace ringwood {

/// The flow model (flow.hpp). Time goes from one start or end of flows to the next. A rank that runs one strand serves
/// its operations as soon as it knows when their messages have ended, however far ahead: nothing else can come between
/// them. Where lanes compete for a CPU, operations are served in the order (time at which they are ready, rank, lane).
/// For one run.
class FlowEngine {
 public:
  explicit FlowEngine(const SimulationInput& input);

  /// Throws as simulate().
  [[nodiscard]] SimulationReport run();

  /// This run begins where `before`, which has taken until `end`, has left the links; ranks meet in a barrier between.
  void follow(const FlowEngine& before, Picoseconds end);

 private:
  [[nodiscard]] WorkOfRank work_of(Rank rank) { return {noise_ ? &*noise_ : nullptr, rank}; }

  [[nodiscard]] FlowRank& rank_of(const FlowStrand& strand) { return ranks_[static_cast<std::size_t>(strand.rank)]; }

  // flow_engine.cpp: strands and time.
  [[nodiscard]] Picoseconds next_time();
  void step(Picoseconds now);
  void prefetch_for(std::size_t index);
  void complete(Picoseconds now, const FlowEnd& end);
  void proceed_runnable();
  void proceed(FlowStrandId id);
  void skip_what_takes_no_time(FlowStrand& strand);
  [[nodiscard]] static bool may_leave_round(FlowStrand& strand);
  [[nodiscard]] bool advance(FlowStrandId id);
  void begin_round(FlowStrandId id);
  void fork(FlowStrandId id);
  [[nodiscard]] FlowStrandId add_lane();
  void end(FlowStrandId id);

  // flow_service.cpp: what a rank does, and messages.
  [[nodiscard]] bool is_ready(FlowStrandId id, Picoseconds& ready);
  [[nodiscard]] MessageId find_message(FlowStrandId id, Rank source);
  void serve_operation(FlowStrandId id);
  void send(FlowStrandId id, Rank peer, Bytes bytes);
  void receive(FlowStrand& strand, Bytes bytes);
  void reduce(FlowStrand& strand, Bytes bytes);
  void leave_rendezvous(FlowStrand& strand);
  void deliver(MessageId id);
  [[nodiscard]] FlowStrandId receiver_of(const FlowMessage& message) const;
  void bind_round(FlowStrandId id);
  [[nodiscard]] bool bind_in_round(FlowStrandId id, MessageId message);
  void match(const FlowMessage& message, const FlowStrand& receiver);
  [[nodiscard]] Bytes carried(const FlowMessage& message) const;
  [[nodiscard]] double limit_of(const FlowMessage& message) const;
  void check_peer(const FlowStrand& strand, Rank peer) const;

  void log(const FlowStrand& strand, const LoggedOperation& operation) const {
    if (input_.options.operations != nullptr) [[unlikely]] {
      keep(strand, operation);
    }
  }

  void keep(const FlowStrand& strand, const LoggedOperation& operation) const;

  // flow_outcome.cpp: how it ended.
  void check_all_ended();
  [[nodiscard]] Rank unmatched_peer(const FlowStrand& strand) const;
  [[nodiscard]] SimulationReport report();

  const SimulationInput& input_;
  ScheduleInstance instance_;
  ChunkBytes bytes_;
  PairCosts costs_;
  RankCharges charges_;
  std::optional<Noise> noise_;
  LinkTable links_;
  FlowNetwork network_;
  MessageTable messages_;
  MessagePool pool_;
  std::vector<FlowRank, HugePageAllocator<FlowRank>> ranks_;
  std::vector<FlowStrand, HugePageAllocator<FlowStrand>> strands_;
  std::vector<FlowStrandId> free_strands_;
  std::vector<FlowStrandId> runnable_;
  std::vector<std::vector<MessageId>> bound_;  // of each strand, by operation of its round; if binds_rounds_
  std::priority_queue<FlowEvent, std::vector<FlowEvent>, std::greater<>> events_;
  std::vector<FlowEnd> ended_;
  std::vector<FlowStart> started_;
  FlowTrace trace_;
  bool traces_;
  bool has_credit_ = false;  // some messages take less than their bytes
  bool binds_rounds_;        // receives get their messages when their round begins, since senders wait for that
  std::int64_t message_count_ = 0;
  std::int64_t order_sensitive_ = 0;
};

}  // namespace ringwood
