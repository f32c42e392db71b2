#include <algorithm>
#include <vector>

#include "sim/chunk_bytes.hpp"
#include "sim/data_flow_outcome.hpp"
#include "sim/engine.hpp"
#include "sim/mailboxes.hpp"
#include "sim/nics.hpp"
#include "sim/rank_charges.hpp"

namespace ringwood {

namespace {

enum class Stop { kBlocked, kEnded, kForked };

/// What is left out of the loop over all messages if it is not needed.
enum class Kind {
  kGeneral,   ///< no trace
  kQuotient,  ///< general, for one rank of each orbit
  kTraced,
};

template <LogGopsForm kForm, Kind kKind>
class DataFlow {
 public:
  DataFlow(const SimulationInput& input, const Orbits& orbits)
      : input_(input),
        orbits_(orbits),
        bytes_(input.layout),
        is_large_(orbits.representatives() > kRanksInCache),
        log_(input.options.log),
        instance_(input.schedule),
        costs_(input.machine, input.mapping, input.layout.total_bytes()),
        charges_(costs_, input.machine.gamma, input.options.stragglers),
        mail_(orbits.representatives()) {
    if (costs_.may_wait_for_receives()) {
      rendezvous_.resize(static_cast<std::size_t>(ranks()));
    }
    if constexpr (kTraced) {
      tracing_.last.assign(static_cast<std::size_t>(ranks()), kNoOperation);
      tracing_.round_start.assign(static_cast<std::size_t>(ranks()), kNoOperation);
    }
    if (input.options.nics.count > 1) {
      nics_.emplace(input.options.nics, ranks());
    }
    if (!input.options.noise.none()) {
      noise_.emplace(input.options.noise, ranks());
    }
    for (const Straggler& straggler : input.options.stragglers) {
      state(straggler.rank).clocks = begin_at(straggler.arrival);
    }
  }

  [[nodiscard]] std::optional<SimulationReport> run() {
    for (Rank first = 0; first < ranks(); first += WorkList::kBlock) {
      const Rank end = std::min(first + WorkList::kBlock, ranks());
      for (Rank rank = first; rank < end; ++rank) {
        state(rank).program = instance_.program(rank);
        mail_.due().add(rank);
      }
      do {
        while (!mail_.due().empty()) {
          const Rank rank = mail_.due().take();
          if (is_large_) {
            mail_.prefetch_due();
          }
          if (run_rank(rank) == Stop::kForked) {
            return std::nullopt;
          }
        }
        mail_.deliver_all();
      } while (!mail_.due().empty());
    }
    check_all_ended(mail_, ranks());
    return report();
  }

 private:
  static constexpr bool kTraced = kKind == Kind::kTraced;
  static constexpr Rank kRanksInCache = 128;

  /// Whose programs run.
  [[nodiscard]] Rank ranks() const { return orbits_.representatives(); }

  [[nodiscard]] RankState& state(Rank rank) { return mail_.state(rank); }

  [[nodiscard]] Rendezvous& rendezvous(Rank rank) { return rendezvous_[static_cast<std::size_t>(rank)]; }

  [[nodiscard]] OperationId& last_operation(Rank rank) { return tracing_.last[static_cast<std::size_t>(rank)]; }

  /// Takes a rank to the end of its round and through the sends of the next one. Its receives come when its turn comes
  /// again: then the messages are there, and none of its block runs ahead of the others, so that few pile up.
  Stop run_rank(Rank me) {
    RankState& at = state(me);
    Running rank{me, at, charges_.of(me), at.clocks};
    Stop stop = Stop::kBlocked;
    if (at.pulled == 0 || finish_round(rank)) {
      const Step step = at.program.advance();
      if (step == Step::kRound) {
        const std::span<const Operation> round = round_of(at.program);
        at.round = round.data();
        at.operations = static_cast<std::uint32_t>(round.size());
        begin_round(rank, round);
        mail_.due().add(me);
      } else {
        stop = step == Step::kFork ? Stop::kForked : end(rank);
      }
    }
    at.clocks = rank.clocks;
    return stop;
  }

  /// False: it waits.
  bool finish_round(Running& rank) {
    const std::span<const Operation> round = rank.state.current_round();
    if (!receive_all(rank, round)) {
      return false;
    }
    if (may_wait() && !leave_rendezvous(rank)) {
      rank.state.position = static_cast<std::uint32_t>(round.size());
      return false;
    }
    if (rank.clocks.cpu > kLatestTime) {
      throw_too_late(rank.me);
    }
    rank.state.rounds += rank.state.carries ? 1 : 0;
    rank.state.carries = false;
    return true;
  }

  [[nodiscard]] bool several_nics() const { return nics_.has_value(); }

  [[nodiscard]] auto work_of([[maybe_unused]] Rank rank) {
    if constexpr (kKind == Kind::kQuotient) {
      return UndisturbedWork{};
    } else {
      return WorkOfRank{noise_ ? &*noise_ : nullptr, rank};
    }
  }

  [[nodiscard]] bool may_wait() const { return !rendezvous_.empty(); }

  [[gnu::flatten]] static std::span<const Operation> round_of(const Program& program) { return program.round(); }

  Stop end(Running& rank) {
    rank.state.program = Program();  // its frame is the next one's
    rank.state.doing = Doing::kEnded;
    return Stop::kEnded;
  }

  void begin_round(Running& rank, std::span<const Operation> round) {
    const Picoseconds start = rank.clocks.cpu;
    if (may_wait()) {
      rendezvous(rank.me).round_start = start;
    }
    rank.state.position = 0;
    ++rank.state.pulled;
    if constexpr (kTraced) {
      tracing_.round_start[static_cast<std::size_t>(rank.me)] = last_operation(rank.me);
    }
    for (const Operation& operation : round) {
      if (operation.kind != OperationKind::kSend) {
        continue;
      }
      if (const Bytes bytes = bytes_.of(operation.chunks); bytes > 0) {
        send(rank, start, operation.peer, bytes);
      }
    }
  }

  void send(Running& rank, Picoseconds ready, Rank peer, Bytes bytes) {
    check_peer(rank, peer);
    const CostClass cost_class = costs_.class_of(rank.me, peer);
    const ChargeTable::Entry& entry = rank.charges.of(cost_class, bytes);
    const Picoseconds before = rank.clocks.cpu;
    if (several_nics()) {
      nics_->take_out(rank.me, peer, rank.clocks);
    }
    const ServedSend served = serve_send(rank.clocks, ready, entry.charges, CompareTimes{}, work_of(rank.me));
    if (several_nics()) {
      nics_->give_out(rank.clocks);
    }
    rank.state.carries = true;
    rank.state.bytes_sent += bytes;
    ++messages_;
    if (may_wait() && !entry.charges.eager) {
      ++rendezvous(rank.me).open;
    }
    if (log_ != nullptr) {
      log_->push_back({rank.me, peer, 0, bytes});
    }
    OperationId sent = kNoOperation;
    if constexpr (kTraced) {
      sent = trace(rank, {last_operation(rank.me), false, served.start - before}, bytes, cost_class,
                   SimulatedOperation::Kind::kSend);
    }
    if constexpr (kKind == Kind::kQuotient) {
      const Rank source = orbits_.seen_by_representative(rank.me, peer);
      mail_.send(rank.me, orbits_.representative(peer), {served.head, source, 0, cost_class, 0}, sent);
    } else {
      mail_.send(rank.me, peer, {served.head, rank.me, 0, cost_class, 0}, sent);
    }
  }

  /// Serves what is listed in the round besides sends, from where it stopped. False: it waits for a message.
  bool receive_all(Running& rank, std::span<const Operation> round) {
    for (std::size_t i = rank.state.position; i < round.size(); ++i) {
      const Operation& operation = round[i];
      if (operation.kind == OperationKind::kSend) {
        continue;
      }
      const Bytes bytes = bytes_.of(operation.chunks);
      if (bytes == 0) {
        continue;
      }
      rank.state.carries = true;
      if (!serve(rank, operation, bytes)) {
        rank.state.position = static_cast<std::uint32_t>(i);
        return false;
      }
    }
    return true;
  }

  bool serve(Running& rank, const Operation& operation, Bytes bytes) {
    switch (operation.kind) {
      case OperationKind::kReceive:
        return receive(rank, operation.peer, bytes, false);
      case OperationKind::kReceiveReduce:
        return receive(rank, operation.peer, bytes, true);
      case OperationKind::kReduce:
        reduce(rank, bytes, rank.charges.reduction(bytes));
        return true;
      case OperationKind::kSend:
      case OperationKind::kCopy:
        return true;
    }
    return true;
  }

  bool receive(Running& rank, Rank peer, Bytes bytes, bool reduces) {
    PendingMessage message;
    OperationId sent = kNoOperation;
    if (!mail_.take(rank.state, peer, message, sent)) {
      await(rank, peer);
      return false;
    }
    const ChargeTable::Entry& entry = rank.charges.of_received(message.cost_class, bytes);
    const Picoseconds before = rank.clocks.cpu;
    if (several_nics()) {
      nics_->take_in(rank.me, peer, rank.clocks);
    }
    const ServedReceive served =
        serve_receive<kForm>(rank.clocks, message.head, entry.charges, CompareTimes{}, work_of(rank.me));
    if (several_nics()) {
      nics_->give_in(rank.clocks);
    }
    order_sensitive_ += served.order_sensitive ? 1 : 0;
    if constexpr (kTraced) {
      const Cause cause = cause_of(served, message.head, sent, before, last_operation(rank.me));
      trace(rank, cause, bytes, message.cost_class, SimulatedOperation::Kind::kReceive);
    }
    if (may_wait() && !entry.charges.eager) {
      match(rank, orbits_.representative(peer), served.taken_in, {sent, true, served.taken_in - message.head});
    }
    if (reduces) {
      reduce(rank, bytes, entry.reduction);
    }
    return true;
  }

  void await(Running& rank, Rank peer) {
    check_peer(rank, peer);
    rank.state.doing = Doing::kWaits;
    rank.state.waits_for = peer;
  }

  void check_peer(const Running& rank, Rank peer) const {
    if (static_cast<std::uint32_t>(peer) >= static_cast<std::uint32_t>(input_.schedule.ranks())) {
      throw_bad_peer(rank.me, rank.state.pulled - 1, peer, input_.schedule.ranks());
    }
  }

  /// Tells the sender that its message was taken; `arrival` is why at `taken_in` and not before.
  void match(const Running& rank, Rank sender, Picoseconds taken_in, const Cause& arrival) {
    Rendezvous& waiting = rendezvous(sender);
    const Picoseconds round_start = rendezvous(rank.me).round_start;
    const Picoseconds matched = std::max(taken_in, round_start);
    if (matched > waiting.latest) {
      waiting.latest = matched;
      if constexpr (kTraced) {
        waiting.cause = taken_in >= round_start
                            ? arrival
                            : Cause{tracing_.round_start[static_cast<std::size_t>(rank.me)], false, 0};
      }
    }
    if (--waiting.open == 0 && state(sender).doing == Doing::kRendezvous) {
      state(sender).doing = Doing::kRuns;
      mail_.due().add(sender);
    }
  }

  /// At the end of a round: false if a message of it was not taken yet.
  bool leave_rendezvous(Running& rank) {
    Rendezvous& waiting = rendezvous(rank.me);
    if (waiting.open > 0) {
      rank.state.doing = Doing::kRendezvous;
      return false;
    }
    if constexpr (kTraced) {
      if (waiting.latest > rank.clocks.cpu) {
        trace(rank, waiting.cause, 0, 0, SimulatedOperation::Kind::kMatch);
      }
    }
    wait_until(rank.clocks, waiting.latest);
    return true;
  }

  void reduce(Running& rank, Bytes bytes, Picoseconds cost) {
    serve_reduction(rank.clocks, cost, work_of(rank.me));
    if constexpr (kTraced) {
      trace(rank, {last_operation(rank.me), false, 0}, bytes, 0, SimulatedOperation::Kind::kReduce);
    }
  }

  OperationId trace(const Running& rank, const Cause& cause, Bytes bytes, CostClass cost_class,
                    SimulatedOperation::Kind kind) {
    const OperationId id = tracing_.trace.add({cause, bytes, rank.me, rank.state.pulled - 1, cost_class, kind});
    last_operation(rank.me) = id;
    return id;
  }

  [[nodiscard]] SimulationReport report() {
    SimulationReport report = outcome_of(mail_, orbits_, input_.mapping.size());
    report.messages = messages_ * orbits_.size();
    report.order_sensitive = order_sensitive_ * orbits_.size();
    report.memory = memory();
    report.engine = kKind == Kind::kQuotient ? Engine::kQuotient : Engine::kDataFlow;
    if constexpr (kTraced) {
      const auto end = report.finish.begin() + ranks();
      const auto last = static_cast<Rank>(std::max_element(report.finish.begin(), end) - report.finish.begin());
      report.critical_path = critical_path(tracing_.trace, last_operation(last), costs_, input_.machine.gamma, kForm);
    }
    return report;
  }

  [[nodiscard]] std::size_t memory() const {
    const std::size_t of_ranks = static_cast<std::size_t>(ranks()) * (sizeof(RankState) + sizeof(std::uint16_t));
    return instance_.reserved() + of_ranks + rendezvous_.size() * sizeof(Rendezvous) + mail_.reserved();
  }

  const SimulationInput& input_;
  const Orbits orbits_;
  const ChunkBytes bytes_;
  const bool is_large_;  // ranks and programs are not all in the cache
  MessageLog* log_;
  ScheduleInstance instance_;
  PairCosts costs_;
  RankCharges charges_;
  std::optional<Noise> noise_;
  std::optional<Nics> nics_;
  PendingMail<kTraced> mail_;
  std::vector<Rendezvous> rendezvous_;  // empty if all messages are eager
  Tracing tracing_;
  std::int64_t messages_ = 0;
  std::int64_t order_sensitive_ = 0;
};

template <Kind kKind>
std::optional<SimulationReport> run_kind(const SimulationInput& input, const Orbits& orbits) {
  switch (input.options.form) {
    case LogGopsForm::kTextbook:
      return DataFlow<LogGopsForm::kTextbook, kKind>(input, orbits).run();
    case LogGopsForm::kSimulator:
      return DataFlow<LogGopsForm::kSimulator, kKind>(input, orbits).run();
  }
  return std::nullopt;
}

}  // namespace

std::optional<SimulationReport> run_data_flow(const SimulationInput& input) {
  const Orbits orbits(input.schedule.ranks());
  if (input.options.critical_path) {
    return run_kind<Kind::kTraced>(input, orbits);
  }
  const SimulationOptions& options = input.options;
  const bool plain =
      options.log == nullptr && options.stragglers.empty() && options.noise.none() && options.nics.count == 1;
  std::optional<SimulationReport> report = plain ? run_in_step(input) : std::nullopt;
  return report ? report : run_kind<Kind::kGeneral>(input, orbits);
}

std::optional<SimulationReport> run_quotient(const SimulationInput& input, const Orbits& orbits) {
  return run_kind<Kind::kQuotient>(input, orbits);
}

}  // namespace ringwood
