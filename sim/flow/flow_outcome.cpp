#include <algorithm>

#include "sim/flow/flow_engine.hpp"

namespace ringwood {

void FlowEngine::check_all_ended() {
  for (const FlowStrand& strand : strands_) {
    switch (strand.waits) {
      case FlowWaits::kSend:
        throw_deadlock(strand.rank, strand.pulled - 1, strand.waits_for, false);
      case FlowWaits::kRendezvous:
        throw_deadlock(strand.rank, strand.pulled - 1, unmatched_peer(strand), true);
      case FlowWaits::kNot:
      case FlowWaits::kEnd:
      case FlowWaits::kLanes:
      case FlowWaits::kEnded:
        break;
    }
  }
  for (std::size_t rank = 0; rank < ranks_.size() && pool_.pending() > 0; ++rank) {
    if (const std::uint32_t index = pool_.any(ranks_[rank].inbox); index != MessagePool::kNone) {
      throw_unreceived(static_cast<Rank>(rank), pool_.at(index).source);
    }
  }
}

Rank FlowEngine::unmatched_peer(const FlowStrand& strand) const {
  const auto found = std::find_if(strand.round.begin(), strand.round.end(), [&](const Operation& operation) {
    return operation.kind == OperationKind::kSend &&
           pool_.holds(ranks_[static_cast<std::size_t>(operation.peer)].inbox, strand.rank, strand.lane);
  });
  return found == strand.round.end() ? -1 : found->peer;
}

SimulationReport FlowEngine::report() {
  SimulationReport report;
  report.finish.reserve(ranks_.size());
  for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
    report.finish.push_back(ranks_[rank].cpu);
    report.rounds = std::max<std::int64_t>(report.rounds, strands_[rank].rounds);
    report.bytes_sent_max = std::max(report.bytes_sent_max, ranks_[rank].bytes_sent);
    report.bytes_sent_total += ranks_[rank].bytes_sent;
  }
  const auto last = std::max_element(report.finish.begin(), report.finish.end());
  report.time = *last;
  report.messages = message_count_;
  report.order_sensitive = order_sensitive_;
  report.memory = instance_.reserved() + ranks_.size() * sizeof(FlowRank) + strands_.size() * sizeof(FlowStrand) +
                  pool_.reserved() + messages_.reserved();
  report.flow = network_.report(report.time);
  if (input_.options.flow.rates) {
    for (const FlowMessage& message : messages_.all()) {
      report.flow->flows.push_back({message.source, message.destination});
    }
  }
  if (traces_) {
    const FlowStrand& strand = strands_[static_cast<std::size_t>(last - report.finish.begin())];
    report.flow->steps = critical_steps(trace_, strand.last, links_);
    for (const Straggler& straggler : input_.options.stragglers) {
      if (!report.flow->steps.empty() && report.flow->steps.front().rank == straggler.rank) {
        report.flow->steps.front().waiting += straggler.arrival;  // it has waited for its rank to begin
      }
    }
    report.critical_path = critical_path(report.flow->steps);
  }
  return report;
}

}  // namespace ringwood
