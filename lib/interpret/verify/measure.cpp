#include "interpret/verify/measure.hpp"

#include <algorithm>

namespace ringwood {

Measure::Use& Measure::use(Rank rank, std::int64_t round) {
  const auto index = static_cast<std::size_t>(round);
  if (rounds_.size() <= index) {
    rounds_.resize(index + 1);
  }
  if (rounds_[index].empty()) {
    rounds_[index].resize(static_cast<std::size_t>(ranks_));
  }
  return rounds_[index][static_cast<std::size_t>(rank)];
}

void Measure::add_message(Rank source, Rank destination, std::int64_t round, Chunk chunks) {
  Use& sender = use(source, round);
  sender.sent += chunks;
  ++sender.sends;
  Use& receiver = use(destination, round);
  receiver.received += chunks;
  ++receiver.receives;
}

void Measure::add_reduction(Rank rank, std::int64_t round, Chunk chunks) {
  use(rank, round).reduced += chunks;
}

void Measure::add_ports(std::int32_t messages) {
  ports_ = std::max(ports_, messages);
}

void Measure::fill(VerifyReport& report) const {
  std::vector<Use> totals(static_cast<std::size_t>(ranks_));
  report.ports = ports_;
  report.partial_sums = partial_sums_;
  report.rounds = rounds_.empty() ? 0 : static_cast<std::int64_t>(rounds_.size()) - 1;
  for (const std::vector<Use>& round : rounds_) {
    Chunk most_moved = 0;
    Chunk most_reduced = 0;
    for (std::size_t rank = 0; rank < round.size(); ++rank) {
      const Use& use = round[rank];
      most_moved = std::max({most_moved, use.sent, use.received});
      most_reduced = std::max(most_reduced, use.reduced);
      report.ports = std::max({report.ports, use.sends, use.receives});
      totals[rank].sent += use.sent;
      totals[rank].reduced += use.reduced;
      totals[rank].sends += use.sends;
    }
    report.beta_chunks += most_moved;
    report.gamma_chunks += most_reduced;
  }
  for (const Use& total : totals) {
    report.messages += total.sends;
    report.messages_max = std::max<std::int64_t>(report.messages_max, total.sends);
    report.sent_total += total.sent;
    report.sent_max = std::max(report.sent_max, total.sent);
    report.reduced_max = std::max(report.reduced_max, total.reduced);
  }
}

}  // namespace ringwood
