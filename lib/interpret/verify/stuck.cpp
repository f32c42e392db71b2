// What a run that cannot go on is told: a message that one side never offers, or ranks that wait for each other.

#include <algorithm>

#include "interpret/verify/run.hpp"

namespace ringwood {

std::size_t Run::first_unmoved(const Strand& strand) const {
  std::size_t index = 0;
  while (strand.operations[index].peer < 0 || strand.moved[index] != 0) {
    ++index;
  }
  return index;
}

Run::StrandId Run::awaited_by(const Strand& strand, const Operation& operation) const {
  StrandId of_the_rank = kNone;
  for (StrandId id = 0; id < strands_.size(); ++id) {
    const Strand& candidate = strands_[id];
    if (candidate.ended || candidate.rank != operation.peer || candidate.pending == 0) {
      continue;
    }
    if (candidate.lane == strand.lane) {
      return id;
    }
    of_the_rank = id;
  }
  return of_the_rank;
}

void Run::report_stuck() const {
  std::vector<StrandId> path;
  StrandId at = 0;
  while (strands_[at].ended || strands_[at].pending == 0) {
    ++at;
  }
  std::string chain;
  while (std::find(path.begin(), path.end(), at) == path.end()) {
    const Strand& strand = strands_[at];
    const Operation& operation = strand.operations[first_unmoved(strand)];
    const StrandId next = awaited_by(strand, operation);
    if (next == kNone) {
      throw Violation(where(strand, operation) + ": rank " + std::to_string(operation.peer) +
                          " ends without the matching " + (operation.kind == OperationKind::kSend ? "receive" : "send"),
                      true);
    }
    path.push_back(at);
    at = next;
  }
  for (auto waiting = std::find(path.begin(), path.end(), at); waiting != path.end(); ++waiting) {
    const Strand& strand = strands_[*waiting];
    const Operation& operation = strand.operations[first_unmoved(strand)];
    chain +=
        (chain.empty() ? "" : "; ") + where(strand) + line_of(strand, operation) + " waits in its " + what(operation);
  }
  throw Violation("deadlock: " + chain, true);
}

}  // namespace ringwood
