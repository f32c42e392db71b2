#include <algorithm>
#include <vector>

#include "sim/critical_path.hpp"
#include "sim/engine.hpp"
#include "sim/message_pool.hpp"
#include "sim/model/loggops.hpp"

namespace ringwood {

namespace {

// What a rank waits for, if not for a message from the rank of that number.
constexpr Rank kNothing = -1;     // it runs, or is due to run, or was not started yet
constexpr Rank kRendezvous = -2;  // for the receives of what it sent
constexpr Rank kForever = -3;     // it has ended

/// One cache line: what a message to a rank touches, and what the rank needs to go on.
struct RankState {
  RankClocks clocks;
  Program program;
  MessagePool::Box inbox;
  Rank waits_for = kNothing;
  std::uint32_t position = 0;  ///< in the round at which it stopped, of the operation that waits
};

/// What only the rank itself touches.
struct RankProgress {
  std::int64_t rounds = 0;
  Bytes bytes_sent = 0;
  Picoseconds round_start = 0;
  std::int32_t pulled = 0;  ///< rounds pulled, empty ones included; the current one has number pulled - 1
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
  std::vector<OperationId> sent_by;      ///< of each pending message, by its place in the pool
};

enum class Stop { kBlocked, kEnded, kForked };

template <LogGopsForm kForm, bool kTraced>
class DataFlow {
 public:
  explicit DataFlow(const SimulationInput& input)
      : input_(input),
        layout_(input.layout),
        gamma_(input.machine.gamma),
        log_(input.options.log),
        instance_(input.schedule),
        costs_(input.machine, input.mapping, input.layout.total_bytes()),
        states_(static_cast<std::size_t>(input.schedule.ranks())),
        progress_(states_.size()) {
    if (costs_.may_wait_for_receives()) {
      rendezvous_.resize(states_.size());
    }
    if constexpr (kTraced) {
      tracing_.last.assign(states_.size(), kNoOperation);
      tracing_.round_start.assign(states_.size(), kNoOperation);
    }
  }

  [[nodiscard]] std::optional<SimulationReport> run() {
    // Whoever was woken last goes first: groups of ranks that talk to each other settle that while they are in cache.
    for (Rank next = 0; next < ranks(); ++next) {
      state(next).program = instance_.program(next);
      due_.push_back(next);
      while (!due_.empty()) {
        const Rank rank = due_.back();
        due_.pop_back();
        if (run_rank(rank) == Stop::kForked) {
          return std::nullopt;
        }
      }
    }
    check_all_ended();
    return report();
  }

 private:
  [[nodiscard]] Rank ranks() const { return static_cast<Rank>(states_.size()); }

  [[nodiscard]] RankState& state(Rank rank) { return states_[static_cast<std::size_t>(rank)]; }

  [[nodiscard]] RankProgress& progress(Rank rank) { return progress_[static_cast<std::size_t>(rank)]; }

  [[nodiscard]] Rendezvous& rendezvous(Rank rank) { return rendezvous_[static_cast<std::size_t>(rank)]; }

  [[nodiscard]] OperationId& last_operation(Rank rank) { return tracing_.last[static_cast<std::size_t>(rank)]; }

  void wake(Rank rank) {
    state(rank).waits_for = kNothing;
    due_.push_back(rank);
  }

  /// Runs a rank until it has to wait. The clocks are a copy meanwhile, which the compiler can keep in registers.
  Stop run_rank(Rank me) {
    RankState& mine = state(me);
    RankClocks clocks = mine.clocks;
    bool in_round = progress(me).pulled > 0;  // woken in the middle of one
    std::span<const Operation> round = in_round ? mine.program.round() : std::span<const Operation>();
    for (;;) {
      if (!in_round) {
        const Step step = mine.program.advance();
        if (step != Step::kRound) {
          mine.clocks = clocks;
          return step == Step::kFork ? Stop::kForked : end(me);
        }
        round = mine.program.round();
        begin_round(me, clocks, round);
      }
      in_round = false;
      if (!receive_all(me, clocks, round) || (!rendezvous_.empty() && !leave_rendezvous(me, clocks))) {
        mine.clocks = clocks;
        return Stop::kBlocked;
      }
      if (clocks.cpu > kLatestTime) {
        throw_too_late(me);
      }
    }
  }

  Stop end(Rank me) {
    state(me).program = Program();  // its frame is the next one's
    state(me).waits_for = kForever;
    return Stop::kEnded;
  }

  void begin_round(Rank me, RankClocks& clocks, std::span<const Operation> round) {
    RankProgress& progress_of_me = progress(me);
    progress_of_me.round_start = clocks.cpu;
    ++progress_of_me.pulled;
    state(me).position = 0;
    if constexpr (kTraced) {
      tracing_.round_start[static_cast<std::size_t>(me)] = last_operation(me);
    }
    bool counts = false;
    const Picoseconds start = clocks.cpu;
    for (const Operation& operation : round) {
      const Bytes bytes = layout_.bytes(operation.chunks);
      counts |= bytes > 0;
      if (operation.kind == OperationKind::kSend && bytes > 0) {
        send(me, clocks, start, operation.peer, bytes);
      }
    }
    progress_of_me.rounds += counts ? 1 : 0;
  }

  void send(Rank me, RankClocks& clocks, Picoseconds ready, Rank peer, Bytes bytes) {
    if (static_cast<std::uint32_t>(peer) >= static_cast<std::uint32_t>(ranks())) {
      throw_bad_peer(me, progress(me).pulled - 1, peer, ranks());
    }
    const CostClass cost_class = costs_.class_of(me, peer);
    const LogGops& costs = costs_[cost_class];
    const Picoseconds before = clocks.cpu;
    const ServedSend served = serve_send(clocks, ready, costs, bytes);
    RankState& receiver = state(peer);
    const std::uint32_t index = pool_.push(receiver.inbox, {served.head, me, 0, cost_class, 0});
    if (receiver.waits_for == me) {
      wake(peer);
    }
    if (bytes > costs.S) {
      ++rendezvous(me).open;
    }
    ++messages_;
    progress(me).bytes_sent += bytes;
    if (log_ != nullptr) {
      log_->push_back({me, peer, 0, bytes});
    }
    if constexpr (kTraced) {
      tracing_.sent_by.resize(std::max(tracing_.sent_by.size(), std::size_t{index} + 1));
      tracing_.sent_by[index] = trace(me, {last_operation(me), false, served.start - before}, bytes, cost_class,
                                      TracedOperation::Kind::kSend);
    }
  }

  /// Serves what is listed in the round besides sends, from where it stopped. False: it waits for a message.
  bool receive_all(Rank me, RankClocks& clocks, std::span<const Operation> round) {
    RankState& mine = state(me);
    for (std::size_t i = mine.position; i < round.size(); ++i) {
      const Operation& operation = round[i];
      switch (operation.kind) {
        case OperationKind::kSend:
        case OperationKind::kCopy:
          continue;
        case OperationKind::kReceive:
        case OperationKind::kReceiveReduce:
        case OperationKind::kReduce:
          break;
      }
      const Bytes bytes = layout_.bytes(operation.chunks);
      if (bytes == 0) {
        continue;
      }
      if (operation.kind != OperationKind::kReduce && !receive(me, clocks, operation.peer, bytes)) {
        mine.position = static_cast<std::uint32_t>(i);
        return false;
      }
      if (operation.kind != OperationKind::kReceive) {
        reduce(me, clocks, bytes);
      }
    }
    mine.position = static_cast<std::uint32_t>(round.size());
    return true;
  }

  bool receive(Rank me, RankClocks& clocks, Rank peer, Bytes bytes) {
    RankState& mine = state(me);
    const std::uint32_t index = pool_.take(mine.inbox, peer, 0);
    if (index == MessagePool::kNone) {
      if (static_cast<std::uint32_t>(peer) >= static_cast<std::uint32_t>(ranks())) {
        throw_bad_peer(me, progress(me).pulled - 1, peer, ranks());
      }
      mine.waits_for = peer;
      return false;
    }
    const PendingMessage message = pool_.at(index);
    const LogGops& costs = costs_[message.cost_class];
    const Picoseconds before = clocks.cpu;
    const ServedReceive served = serve_receive<kForm>(clocks, message.head, costs, bytes);
    order_sensitive_ += served.order_sensitive ? 1 : 0;
    OperationId sent = kNoOperation;
    if constexpr (kTraced) {
      sent = tracing_.sent_by[index];
      const Cause cause = cause_of(served, message.head, sent, before, last_operation(me));
      trace(me, cause, bytes, message.cost_class, TracedOperation::Kind::kReceive);
    }
    if (bytes > costs.S) {
      match(me, peer, served.taken_in, {sent, true, served.taken_in - message.head});
    }
    return true;
  }

  /// Tells the sender that its message was taken; `arrival` is why at `taken_in` and not before.
  void match(Rank me, Rank sender, Picoseconds taken_in, const Cause& arrival) {
    Rendezvous& waiting = rendezvous(sender);
    const Picoseconds round_start = progress(me).round_start;
    const Picoseconds matched = std::max(taken_in, round_start);
    if (matched > waiting.latest) {
      waiting.latest = matched;
      if constexpr (kTraced) {
        waiting.cause =
            taken_in >= round_start ? arrival : Cause{tracing_.round_start[static_cast<std::size_t>(me)], false, 0};
      }
    }
    if (--waiting.open == 0 && state(sender).waits_for == kRendezvous) {
      wake(sender);
    }
  }

  /// At the end of a round: false if a message of it was not taken yet.
  bool leave_rendezvous(Rank me, RankClocks& clocks) {
    Rendezvous& waiting = rendezvous(me);
    if (waiting.open > 0) {
      state(me).waits_for = kRendezvous;
      return false;
    }
    if constexpr (kTraced) {
      if (waiting.latest > clocks.cpu) {
        trace(me, waiting.cause, 0, 0, TracedOperation::Kind::kMatch);
      }
    }
    clocks.cpu = std::max(clocks.cpu, waiting.latest);
    clocks.nic_out = std::max(clocks.nic_out, waiting.latest);
    return true;
  }

  void reduce(Rank me, RankClocks& clocks, Bytes bytes) {
    serve_reduction(clocks, clocks.cpu, gamma_.of(bytes));
    if constexpr (kTraced) {
      trace(me, {last_operation(me), false, 0}, bytes, 0, TracedOperation::Kind::kReduce);
    }
  }

  OperationId trace(Rank me, const Cause& cause, Bytes bytes, CostClass cost_class, TracedOperation::Kind kind) {
    const OperationId id = tracing_.trace.add({cause, bytes, me, progress(me).pulled - 1, cost_class, kind});
    last_operation(me) = id;
    return id;
  }

  void check_all_ended() {
    for (Rank rank = 0; rank < ranks(); ++rank) {
      const RankState& at = state(rank);
      if (at.waits_for >= 0) {
        throw_deadlock(rank, progress(rank).pulled - 1, at.waits_for, false);
      }
      if (at.waits_for == kRendezvous) {
        throw_deadlock(rank, progress(rank).pulled - 1, unmatched_peer(rank), true);
      }
    }
    for (Rank rank = 0; rank < ranks() && pool_.pending() > 0; ++rank) {
      if (const std::uint32_t index = pool_.any(state(rank).inbox); index != MessagePool::kNone) {
        throw_unreceived(rank, pool_.at(index).source);
      }
    }
  }

  [[nodiscard]] Rank unmatched_peer(Rank rank) {
    for (const Operation& operation : state(rank).program.round()) {
      if (operation.kind == OperationKind::kSend && pool_.holds(state(operation.peer).inbox, rank, 0)) {
        return operation.peer;
      }
    }
    return kNothing;
  }

  [[nodiscard]] SimulationReport report() {
    SimulationReport report;
    report.finish.reserve(states_.size());
    for (Rank rank = 0; rank < ranks(); ++rank) {
      report.finish.push_back(state(rank).clocks.cpu);
      report.rounds = std::max(report.rounds, progress(rank).rounds);
      report.bytes_sent_max = std::max(report.bytes_sent_max, progress(rank).bytes_sent);
      report.bytes_sent_total += progress(rank).bytes_sent;
    }
    const auto last = std::max_element(report.finish.begin(), report.finish.end());
    report.time = *last;
    report.messages = messages_;
    report.order_sensitive = order_sensitive_;
    report.engine = Engine::kDataFlow;
    if constexpr (kTraced) {
      const auto rank = static_cast<Rank>(last - report.finish.begin());
      report.critical_path = critical_path(tracing_.trace, last_operation(rank), costs_, gamma_, kForm);
    }
    return report;
  }

  const SimulationInput& input_;
  const Layout& layout_;
  TimePerByte gamma_;
  MessageLog* log_;
  ScheduleInstance instance_;
  PairCosts costs_;
  MessagePool pool_;
  std::vector<RankState> states_;
  std::vector<RankProgress> progress_;
  std::vector<Rendezvous> rendezvous_;  // empty if all messages are eager
  std::vector<Rank> due_;
  Tracing tracing_;
  std::int64_t messages_ = 0;
  std::int64_t order_sensitive_ = 0;
};

template <LogGopsForm kForm>
std::optional<SimulationReport> run_form(const SimulationInput& input) {
  return input.options.critical_path ? DataFlow<kForm, true>(input).run() : DataFlow<kForm, false>(input).run();
}

}  // namespace

std::optional<SimulationReport> run_data_flow(const SimulationInput& input) {
  switch (input.options.form) {
    case LogGopsForm::kTextbook:
      return run_form<LogGopsForm::kTextbook>(input);
    case LogGopsForm::kSimulator:
      return run_form<LogGopsForm::kSimulator>(input);
  }
  return std::nullopt;
}

}  // namespace ringwood
