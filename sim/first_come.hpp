#pragma once

#include <functional>
#include <queue>
#include <tuple>
#include <vector>

#include "sim/chunk_bytes.hpp"
#include "sim/engine.hpp"
#include "sim/rank_charges.hpp"
#include "sim/strand.hpp"

namespace ringwood {

inline constexpr std::uint32_t kNoMessageId = ~std::uint32_t{0};

/// Kinds of events, in the order in which they are looked at where time and rank are the same: in QueuedEvent::lane.
inline constexpr Lane kReadyEvent = 0;
inline constexpr Lane kWakeEvent = 1;

/// What is ready for a resource of a rank and was not served yet: an operation of a strand, by its place in the
/// program.
struct ReadyOperation {
  std::uint64_t index = 0;  ///< in the program of its strand
  Picoseconds ready = 0;
  std::uint32_t message = 0;  ///< that it receives, or kNoMessageId: a reduction

  friend bool operator>(const ReadyOperation& a, const ReadyOperation& b) { return a.index > b.index; }
};

/// A message that is ready for a resource before its receive was posted.
struct EarlyMessage {
  Picoseconds ready = 0;
  std::int32_t round = 0;  ///< of its sender
  Rank source = 0;
  std::uint32_t message = 0;
  std::int64_t serial = 0;  ///< of the message: a number may have become another's

  friend bool operator>(const EarlyMessage& a, const EarlyMessage& b) {
    return std::tie(a.ready, a.round, a.source, a.serial) > std::tie(b.ready, b.round, b.source, b.serial);
  }
};

template <typename Entry>
using EarliestFirst = std::priority_queue<Entry, std::vector<Entry>, std::greater<>>;

/// A message from its send until its receive has completed.
struct ComingMessage {
  enum class State : std::uint8_t {
    kOnTheWay,  ///< to the NIC, or through it
    kWaits,     ///< for the resource that takes it next
    kServed,    ///< the CPU is done with it, at `end`
  };

  Picoseconds ready = 0;  ///< for the resource that takes it next
  Picoseconds start = 0;  ///< when the CPU began with it
  Picoseconds end = 0;    ///< when the CPU is done with it
  Bytes bytes = 0;
  std::int64_t serial = 0;  ///< in the order of the sends
  std::int32_t round = 0;   ///< of its sender
  Rank source = 0;
  Rank destination = 0;
  Lane lane = 0;
  CostClass cost_class = 0;
  StrandId sender = kNoStrand;
  StrandId receiver = kNoStrand;  ///< the strand that posted its receive; kNoStrand: nobody yet
  std::uint32_t position = 0;     ///< of the receive in its round
  State state = State::kOnTheWay;
  bool taken = false;  ///< the NIC (textbook) or the CPU (simulator) has begun with it
  bool eager = true;
};

/// What a strand has to do that no resource has served yet.
struct StrandQueues {
  EarliestFirst<ReadyOperation> messages;    ///< for the CPU
  EarliestFirst<ReadyOperation> arrivals;    ///< for the NIC, in the textbook form
  EarliestFirst<ReadyOperation> reductions;  ///< for the CPU
  std::vector<std::uint32_t> bound;          ///< message of each operation of the round, if it is known
  std::vector<Picoseconds> done;             ///< when each operation of the round has ended, or -1
};

/// What arrives at a rank for nobody yet.
struct EarlyQueues {
  EarliestFirst<EarlyMessage> messages;
  EarliestFirst<EarlyMessage> arrivals;
};

/// First come, first served (model/loggops.hpp): LogGOPSim's rule, in a total order.
///
/// Each rank's resources are looked at whenever one of them becomes free or something becomes ready, in the order
/// (time, rank). A free CPU takes what is ready, be its receive posted or not: of a strand what comes first in its
/// program; of strands that run side by side the one whose operation has been ready longest, then the lower lane; what
/// nobody has posted yet comes last, in the order of arrival and, where that is the same, of the senders' rounds and
/// numbers. The NIC that takes messages in does likewise (textbook form). A receive that is posted when the CPU has
/// served its message completes at once, for nothing. For one run.
class FirstCome {
 public:
  explicit FirstCome(const SimulationInput& input)
      : input_(input),
        nic_takes_in_(input.options.form == LogGopsForm::kTextbook),
        bytes_(input.layout),
        instance_(input.schedule),
        costs_(input.machine, input.mapping, input.layout.total_bytes()),
        charges_(costs_, input.machine.gamma, input.options.stragglers),
        programs_(static_cast<std::size_t>(input.schedule.ranks())),
        strands_(input.schedule.ranks()),
        early_(programs_.size()),
        noise_(input.options.noise, input.schedule.ranks()),
        last_wake_(programs_.size(), -1) {}

  [[nodiscard]] SimulationReport run();

 private:
  void wake(Rank rank, Picoseconds time);

  /// Does all that a rank can do now.
  void look_at(Rank rank);

  /// Its strands: its own, or the lanes that it has forked into, as far as they run.
  template <typename Visit>
  void for_each_strand(Rank rank, Visit&& visit) {
    visit(static_cast<StrandId>(rank));
    const std::vector<SharedState::LaneStrand>& lanes = strands_.rank(rank).lanes;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      visit(lanes[i].strand);
    }
  }

  /// Strands whose round has ended go on. True: one did.
  bool advance_strands(Rank rank);

  void advance(StrandId id);

  void fork(StrandId id);

  void end(StrandId id);

  /// A round begins: its sends are ready, its receives get the messages that were sent already.
  void post(StrandId id);

  [[nodiscard]] static bool receives(const Operation& operation) {
    return operation.kind == OperationKind::kReceive || operation.kind == OperationKind::kReceiveReduce;
  }

  /// In a round sends come first.
  [[nodiscard]] static std::uint64_t index_of(const Strand& strand, std::uint32_t position) {
    return (static_cast<std::uint64_t>(strand.pulled) << 32U) | position;
  }

  /// The message has found its receive.
  void bind(std::uint32_t id, StrandId receiver, std::uint32_t position);

  /// Puts a message in line for the resource that it is ready for.
  void enqueue(std::uint32_t id);

  void now_ready(std::uint32_t id);

  /// The strand among a rank's whose entry is served next, by time at which it was ready and lane.
  template <typename Ready>
  [[nodiscard]] StrandId first_of(Rank rank, const Ready& ready_of) {
    StrandId best = kNoStrand;
    Picoseconds best_ready = 0;
    for_each_strand(rank, [&](StrandId id) {
      const Picoseconds ready = ready_of(id);
      const bool is_better =
          best == kNoStrand || std::tie(ready, strands_[id].lane) < std::tie(best_ready, strands_[best].lane);
      if (ready >= 0 && is_better) {
        best = id;
        best_ready = ready;
      }
    });
    return best;
  }

  /// An early message whose receive has been posted meanwhile is in another line.
  void drop_posted(EarliestFirst<EarlyMessage>& early);

  /// The NIC begins with a message, if it is free and one is there.
  bool take_in(Rank rank);

  [[nodiscard]] const MessageCharges& charges_of(const ComingMessage& message);

  /// The first resource has begun with a message.
  void begun(std::uint32_t id);

  /// The CPU begins with what is ready, if it is free.
  bool serve_cpu(Rank rank);

  /// Since when the strand's next operation has been ready for the CPU; -1: it has none.
  [[nodiscard]] Picoseconds next_ready(StrandId id, bool may_receive, const RankClocks& clocks);

  /// Of its receives and reductions.
  [[nodiscard]] static const EarliestFirst<ReadyOperation>* next_queue(const StrandQueues& queues, bool may_receive) {
    const bool message = may_receive && !queues.messages.empty();
    if (queues.reductions.empty() || (message && queues.reductions.top() > queues.messages.top())) {
      return message ? &queues.messages : nullptr;
    }
    return &queues.reductions;
  }

  [[nodiscard]] const Operation* next_send(Strand& strand);

  void serve(StrandId id, bool may_receive, RankClocks& clocks);

  void send(StrandId id, const Operation& operation, RankClocks& clocks);

  std::uint32_t add(const ComingMessage& message);

  /// Tells the receiver of a message that it is on its way.
  void deliver(std::uint32_t id);

  void serve_message(std::uint32_t id, RankClocks& clocks);

  /// A message was served, and its receive is posted.
  void received(std::uint32_t id);

  /// Tells the sender that its message was taken, and that by a receive.
  void match(const ComingMessage& message);

  void queue_reduction(StrandId id, std::uint32_t position, Picoseconds ready);

  void reduce(StrandId id, std::uint32_t position, Picoseconds start);

  static constexpr std::uint32_t kNoPosition = ~std::uint32_t{0};

  /// An operation of the strand's round ends at `end`, which may be later than now.
  void complete(StrandId id, std::uint32_t position, Picoseconds end);

  /// Local reductions are ready when all is done that the round lists before them, sends left out.
  void queue_reductions(StrandId id);

  static constexpr Picoseconds kQueued = -2;

  void log(const Strand& strand, LoggedOperation operation) const;

  void check_all_ended();

  void tell_deadlock(const Strand& strand);

  [[nodiscard]] SimulationReport report() const;

  const SimulationInput& input_;
  const bool nic_takes_in_;  // messages, by itself: the textbook form
  const ChunkBytes bytes_;
  ScheduleInstance instance_;
  PairCosts costs_;
  RankCharges charges_;
  MessagePool pool_;  // of messages whose receive is not posted; their cost class is their number
  std::vector<ComingMessage> messages_;
  std::vector<std::uint32_t> free_;
  std::vector<Program> programs_;  // of the ranks
  Strands strands_;
  std::vector<StrandQueues> queues_;  // of the strands
  std::vector<EarlyQueues> early_;    // of the ranks
  Noise noise_;
  EventHeap events_;
  Picoseconds now_ = 0;
  Rank looked_at_ = -1;
  std::vector<Picoseconds> last_wake_;  // of the ranks: the time of the event that was queued last
  std::int64_t message_count_ = 0;
};

}  // namespace ringwood
