#pragma once

#include <algorithm>

#include "sim/engine.hpp"
#include "sim/strand.hpp"

namespace ringwood {

/// Who has not taken what a strand sent that waits for it.
[[nodiscard]] inline Rank unmatched_peer(Strands& strands, const MessagePool& pool, const ChunkBytes& bytes,
                                         const Strand& strand) {
  const auto found = std::find_if(strand.round.begin(), strand.round.end(), [&](const Operation& operation) {
    return operation.kind == OperationKind::kSend && bytes.of(operation.chunks) > 0 &&
           pool.holds(strands.rank(operation.peer).inbox, strand.rank, strand.lane);
  });
  return found == strand.round.end() ? -1 : found->peer;
}

/// Of strands of which none can go on. Throws Error(kUsage) for one that waits, or a message that was left.
inline void check_all_ended(Strands& strands, const MessagePool& pool, const ChunkBytes& bytes) {
  for (const Strand& strand : strands.all()) {
    if (strand.waits == Waits::kMessage) {
      throw_deadlock(strand.rank, strand.pulled - 1, strand.peer, false);
    }
    if (strand.waits == Waits::kRendezvous) {
      throw_deadlock(strand.rank, strand.pulled - 1, unmatched_peer(strands, pool, bytes, strand), true);
    }
  }
  const auto ranks = static_cast<Rank>(strands.ranks().size());
  for (Rank rank = 0; rank < ranks && pool.pending() > 0; ++rank) {
    if (const std::uint32_t index = pool.any(strands.rank(rank).inbox); index != MessagePool::kNone) {
      throw_unreceived(rank, pool.at(index).source);
    }
  }
}

/// Of strands that have ended: what their ranks tell.
[[nodiscard]] inline SimulationReport outcome_of(const Strands& strands) {
  SimulationReport report;
  report.finish.reserve(strands.ranks().size());
  for (const SharedState& rank : strands.ranks()) {
    report.rounds = std::max<std::int64_t>(report.rounds, strands.all()[report.finish.size()].rounds);
    report.finish.push_back(rank.clocks.cpu);
    report.bytes_sent_max = std::max(report.bytes_sent_max, rank.bytes_sent);
    report.bytes_sent_total += rank.bytes_sent;
  }
  report.time = *std::max_element(report.finish.begin(), report.finish.end());
  report.evaluated = static_cast<Rank>(report.finish.size());
  return report;
}

}  // namespace ringwood
