#include "ringwood/verify.hpp"

#include <algorithm>

#include "interpret/verify/measure.hpp"
#include "interpret/verify/reproducibility.hpp"
#include "interpret/verify/run.hpp"
#include "ringwood/error.hpp"
#include "schedule/symbolic.hpp"

namespace ringwood {

namespace {

std::string missing(const SymbolicState& state, SymbolicValue value, Rank rank, Chunk chunk) {
  const std::string held = "rank " + std::to_string(rank) + " ends with chunk " + std::to_string(chunk);
  if (value == kUndefined) {
    return "rank " + std::to_string(rank) + " ends without chunk " + std::to_string(chunk);
  }
  if (!state.contract().reduces) {
    return held + " from a rank other than " + std::to_string(state.origin(chunk));
  }
  Rank absent = 0;
  while (state.values().contains(value, absent)) {
    ++absent;
  }
  return held + " without the contribution of rank " + std::to_string(absent);
}

// What every rank must hold at the end, and what is known of how it came about.
void check_contract(const Schedule& schedule, const SymbolicState& state, VerifyReport& report) {
  const auto chunks = static_cast<std::size_t>(schedule.chunks());
  std::vector<std::uint64_t> trees(chunks, 0);
  std::vector<char> seen(chunks, 0);
  report.same_bits = true;
  report.keeps_order = true;
  for (Rank rank = 0; rank < schedule.ranks(); ++rank) {
    for (Chunk chunk = 0; chunk < schedule.chunks(); ++chunk) {
      if (!holds(state.contract().after, rank, chunk, schedule.chunks(), schedule.ranks(), schedule.root())) {
        continue;
      }
      const SymbolicValue value = state.at(rank, 0, chunk);
      if (!state.fulfils(value, chunk)) {
        throw Violation(missing(state, value, rank, chunk));
      }
      const auto index = static_cast<std::size_t>(chunk);
      const std::uint64_t tree = state.values().tree(value);
      report.same_bits = report.same_bits && (seen[index] == 0 || trees[index] == tree);
      report.keeps_order = report.keeps_order && state.values().ordered(value);
      if (!schedule.commutative() && !report.keeps_order && state.contract().reduces &&
          !state.contract().counts_twice) {
        throw Violation("rank " + std::to_string(rank) + " ends with chunk " + std::to_string(chunk) +
                        " reduced out of rank order, and the operation does not commute");
      }
      trees[index] = tree;
      seen[index] = 1;
    }
  }
  report.reproducibility = reproducibility_of(schedule, state, trees, report.same_bits);
}

}  // namespace

VerifyReport verify(const Schedule& schedule) {
  VerifyReport report;
  report.chunks = schedule.chunks();
  Measure measure(schedule.ranks());
  try {
    SymbolicState state(schedule);
    Run(schedule, state, measure).finish();
    report.deadlock_free = true;
    for (Rank rank = 0; rank < schedule.ranks(); ++rank) {
      report.scratch_chunks = std::max(report.scratch_chunks, state.scratch_chunks(rank));
    }
    check_contract(schedule, state, report);
    report.ok = true;
  } catch (const Violation& violation) {
    report.error = violation.what();
  } catch (const Error& wrong_pieces) {
    report.error = wrong_pieces.what();
  }
  if (!report.ok) {
    report.same_bits = false;
    report.keeps_order = false;
    report.reproducibility = 0;
  }
  measure.fill(report);
  report.rounds_bound = least_rounds(schedule.ranks(), report.ports);
  return report;
}

}  // namespace ringwood
