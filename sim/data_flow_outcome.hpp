#pragma once

#include <algorithm>

#include "sim/engine.hpp"
#include "sim/mailboxes.hpp"

namespace ringwood {

/// Whom a rank that waits for the receives of what it sent waits for: all who have not taken it wait, or have ended.
template <bool kTraced>
[[nodiscard]] Rank unmatched_peer(PendingMail<kTraced>& mail, Rank rank) {
  for (const Operation& operation : mail.state(rank).program.round()) {
    if (operation.kind == OperationKind::kSend && mail.holds(operation.peer, rank)) {
      return operation.peer;
    }
  }
  return -1;
}

/// Of a data flow in which nobody can go on. Throws Error(kUsage) for a rank that waits, or a message that was left.
template <bool kTraced>
void check_all_ended(PendingMail<kTraced>& mail, Rank ranks) {
  for (Rank rank = 0; rank < ranks; ++rank) {
    const RankState& at = mail.state(rank);
    if (at.doing == Doing::kWaits) {
      throw_deadlock(rank, at.pulled - 1, at.waits_for, false);
    }
    if (at.doing == Doing::kRendezvous) {
      throw_deadlock(rank, at.pulled - 1, unmatched_peer(mail, rank), true);
    }
  }
  for (Rank rank = 0; rank < ranks; ++rank) {
    if (const Rank source = mail.any_source(rank); source >= 0) {
      throw_unreceived(rank, source);
    }
  }
}

/// Of a data flow that has ended: what its ranks tell, each for the others of its orbit, of `all` ranks.
template <bool kTraced>
[[nodiscard]] SimulationReport outcome_of(PendingMail<kTraced>& mail, const Orbits& orbits, std::size_t all) {
  SimulationReport report;
  report.finish.resize(all);
  for (Rank rank = 0; rank < orbits.representatives(); ++rank) {
    const RankState& state = mail.state(rank);
    report.finish[static_cast<std::size_t>(rank)] = state.clocks.cpu;
    report.rounds = std::max<std::int64_t>(report.rounds, state.rounds);
    report.bytes_sent_max = std::max(report.bytes_sent_max, state.bytes_sent);
    report.bytes_sent_total += state.bytes_sent * orbits.size();
  }
  for (auto rank = static_cast<std::size_t>(orbits.representatives()); rank < all; ++rank) {
    report.finish[rank] = report.finish[static_cast<std::size_t>(orbits.representative(static_cast<Rank>(rank)))];
  }
  report.time = *std::max_element(report.finish.begin(), report.finish.end());
  report.evaluated = orbits.representatives();
  return report;
}

}  // namespace ringwood
