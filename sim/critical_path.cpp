#include "sim/critical_path.hpp"

#include <algorithm>
#include <string>

namespace ringwood {

namespace {

using Kind = SimulatedOperation::Kind;

class Walk {
 public:
  Walk(const Trace& trace, const PairCosts& costs, const ReductionTime& gamma, LogGopsForm form)
      : trace_(trace), costs_(costs), gamma_(gamma), form_(form) {}

  [[nodiscard]] CriticalPath back_from(OperationId last) {
    bool through_cpu = true;
    for (OperationId at = last; at != kNoOperation;) {
      const SimulatedOperation& operation = trace_[at];
      visit(operation);
      const CriticalPath before = totals();
      if (through_cpu) {
        add_service(operation);
      }
      path_.waiting += operation.cause.waiting;
      through_cpu = !operation.cause.by_message;
      if (operation.cause.by_message) {
        add_flight(trace_[operation.cause.predecessor]);
      }
      add_step(operation, before);
      at = operation.cause.predecessor;
    }
    path_.text = text();
    std::reverse(path_.steps.begin(), path_.steps.end());
    return path_;
  }

 private:
  struct Place {
    Rank rank;
    std::int32_t round;
  };

  /// What the operation itself took of the time at its rank, from what it waited for to its end.
  void add_service(const SimulatedOperation& operation) {
    const LogGops& costs = costs_[operation.cost_class];
    const Picoseconds cpu_body =
        operation.bytes > 0 ? std::max<Picoseconds>(0, cpu_time_of(costs, operation.bytes) - costs.o) : 0;
    switch (operation.kind) {
      case Kind::kSend:
        path_.overhead += costs.o + cpu_body;
        return;
      case Kind::kReceive:
        path_.overhead += costs.o;
        if (form_ == LogGopsForm::kSimulator) {
          add_body(operation);
          return;
        }
        path_.overhead += cpu_body;
        if (operation.cause.by_message) {
          add_body(operation);
        }
        return;
      case Kind::kReduce:
        path_.reduction += gamma_.of(operation.bytes);
        return;
      case Kind::kMatch:
        return;
    }
  }

  /// Bytes after the first at the slower of wire and CPU.
  void add_body(const SimulatedOperation& operation) {
    const LogGops& costs = costs_[operation.cost_class];
    const Picoseconds body = flight_of(costs, operation.bytes).body;
    (costs.O.scaled > costs.G.scaled ? path_.overhead : path_.bandwidth) += body;
  }

  /// From the start of a send until its head is at the receiver.
  void add_flight(const SimulatedOperation& sent) {
    const LogGops& costs = costs_[sent.cost_class];
    path_.overhead += costs.o;
    path_.latency += flight_of(costs, sent.bytes).latency;
    ++path_.messages;
  }

  [[nodiscard]] CriticalPath totals() const {
    CriticalPath totals;
    totals.latency = path_.latency;
    totals.overhead = path_.overhead;
    totals.bandwidth = path_.bandwidth;
    totals.reduction = path_.reduction;
    totals.waiting = path_.waiting;
    return totals;
  }

  /// What the path has become longer by.
  void add_step(const SimulatedOperation& operation, const CriticalPath& before) {
    path_.steps.push_back({.kind = operation.kind == Kind::kReceive  ? LoggedOperation::Kind::kReceive
                                   : operation.kind == Kind::kReduce ? LoggedOperation::Kind::kReduce
                                                                     : LoggedOperation::Kind::kSend,
                           .rank = operation.rank,
                           .round = operation.round,
                           .bytes = operation.bytes,
                           .latency = path_.latency - before.latency,
                           .overhead = path_.overhead - before.overhead,
                           .bandwidth = path_.bandwidth - before.bandwidth,
                           .reduction = path_.reduction - before.reduction,
                           .waiting = path_.waiting - before.waiting});
  }

  void visit(const SimulatedOperation& operation) {
    if (places_.empty() || places_.back().rank != operation.rank || places_.back().round != operation.round) {
      places_.push_back({operation.rank, operation.round});
    }
  }

  [[nodiscard]] std::string text() const {
    constexpr std::size_t kShown = 4;  // at each end
    std::string text;
    const std::size_t count = places_.size();
    for (std::size_t i = 0; i < count; ++i) {
      text += i == 0 ? "" : " -> ";
      if (count > 2 * kShown + 1 && i == kShown) {
        text += "... " + std::to_string(count - 2 * kShown) + " more ...";
        i = count - kShown - 1;
        continue;
      }
      const Place& place = places_[count - 1 - i];
      text += "rank " + std::to_string(place.rank) + " round " + std::to_string(place.round);
    }
    return text;
  }

  const Trace& trace_;
  const PairCosts& costs_;
  ReductionTime gamma_;
  LogGopsForm form_;
  CriticalPath path_;
  std::vector<Place> places_;  // last first
};

}  // namespace

CriticalPath critical_path(const Trace& trace, OperationId last, const PairCosts& costs, const ReductionTime& gamma,
                           LogGopsForm form) {
  return Walk(trace, costs, gamma, form).back_from(last);
}

}  // namespace ringwood
