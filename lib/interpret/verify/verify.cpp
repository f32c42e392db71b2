#include "ringwood/verify.hpp"

#include <algorithm>
#include <optional>

#include "interpret/verify/measure.hpp"
#include "interpret/verify/reproducibility.hpp"
#include "interpret/verify/run.hpp"
#include "ringwood/bounds.hpp"
#include "ringwood/error.hpp"
#include "schedule/symbolic.hpp"

namespace ringwood {

namespace {

// A chunk that does not end as the contract says. What is wrong with it is only told after a second run, which keeps
// its history.
struct WrongEnd {
  Rank rank;
  Chunk chunk;
  bool disordered;
};

Rank absent_from(const SymbolicState& state, SymbolicValue value, Chunk chunk) {
  if (!state.contract().reduces) {
    return state.origin(chunk);
  }
  Rank absent = 0;
  while (state.values().contains(value, absent)) {
    ++absent;
  }
  return absent;
}

std::string text_of(const WrongEnd& wrong, const SymbolicState& state, const History& history) {
  const std::string end = "rank " + std::to_string(wrong.rank) + " ends with";
  const std::string chunk = " chunk " + std::to_string(wrong.chunk);
  if (wrong.disordered) {
    return end + chunk + " reduced out of rank order, and the operation does not commute: " + history.first_disorder();
  }
  const SymbolicValue value = state.at(wrong.rank, 0, wrong.chunk);
  const Rank absent = absent_from(state, value, wrong.chunk);
  if (state.values().contains(value, absent)) {
    return end + chunk + " in which other ranks are added to rank " + std::to_string(absent) + ": " +
           history.last_write(wrong.rank);
  }
  const std::string fate = ": " + history.fate_of(absent, wrong.rank);
  if (value == kUndefined) {
    return end + "out" + chunk + fate;
  }
  return end + chunk + (state.contract().reduces ? " without the contribution of rank " : " from a rank other than ") +
         std::to_string(absent) + fate;
}

std::string explained(const Schedule& schedule, const WrongEnd& wrong) {
  SymbolicState state(schedule);
  Measure measure(schedule.ranks());
  History history(schedule, state, wrong.chunk);
  Run(schedule, state, measure, &history).finish();
  return text_of(wrong, state, history);
}

// What every rank must hold at the end, and what is known of how it came about.
[[nodiscard]] std::optional<WrongEnd> check_contract(const Schedule& schedule, const SymbolicState& state,
                                                     VerifyReport& report) {
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
        return WrongEnd{rank, chunk, false};
      }
      const auto index = static_cast<std::size_t>(chunk);
      const std::uint64_t tree = state.values().tree(value);
      report.same_bits = report.same_bits && (seen[index] == 0 || trees[index] == tree);
      report.keeps_order = report.keeps_order && state.values().ordered(value);
      if (!schedule.commutative() && !report.keeps_order && state.contract().reduces &&
          !state.contract().counts_twice) {
        return WrongEnd{rank, chunk, true};
      }
      trees[index] = tree;
      seen[index] = 1;
    }
  }
  report.reproducibility = reproducibility_of(schedule, state, trees, report.same_bits);
  return std::nullopt;
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
    const auto wrong = check_contract(schedule, state, report);
    report.ok = !wrong;
    report.error = wrong ? explained(schedule, *wrong) : "";
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
