// Every algorithm of the catalogue with one small fault: the verifier has to find it.
//
// A mutant may survive only if it does as much in another order, as when two independent rounds of a rank change
// places, or two operations of a round: the contract holds with as many messages and as much data as before.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

#include "algorithms/catalogue.hpp"
#include "ringwood/recorded.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

enum class Mutation {
  kDrop,
  kRedirect,
  kSwapChunks,
  kShiftChunk,
  kDuplicate,
  kSwapRounds,
  kFlipKind,
  kFewerChunks,
  kOtherPlane,
  kOtherDirection
};

constexpr Mutation kMutations[] = {Mutation::kDrop,          Mutation::kRedirect,    Mutation::kSwapChunks,
                                   Mutation::kShiftChunk,    Mutation::kDuplicate,   Mutation::kSwapRounds,
                                   Mutation::kFlipKind,      Mutation::kFewerChunks, Mutation::kOtherPlane,
                                   Mutation::kOtherDirection};

const char* name_of(Mutation mutation) {
  switch (mutation) {
    case Mutation::kDrop:
      return "drop";
    case Mutation::kRedirect:
      return "redirect";
    case Mutation::kSwapChunks:
      return "swap chunks";
    case Mutation::kShiftChunk:
      return "shift chunk";
    case Mutation::kDuplicate:
      return "duplicate";
    case Mutation::kSwapRounds:
      return "swap rounds";
    case Mutation::kFlipKind:
      return "flip kind";
    case Mutation::kFewerChunks:
      return "fewer chunks";
    case Mutation::kOtherPlane:
      return "other plane";
    case Mutation::kOtherDirection:
      return "other direction";
  }
  return "";
}

bool same_operation(const Operation& a, const Operation& b) {
  return a.kind == b.kind && a.peer == b.peer && a.plane == b.plane && a.target_plane == b.target_plane &&
         a.side == b.side && same_chunks(a.chunks, b.chunks);
}

bool same_round(const RecordedStep& a, const RecordedStep& b) {
  return std::equal(a.operations.begin(), a.operations.end(), b.operations.begin(), b.operations.end(), same_operation);
}

using Random = std::mt19937;

std::size_t pick(Random& random, std::size_t count) {
  return random() % count;  // not uniform to the last bit, but the same with every standard library
}

// Changes one operation; false if this mutation would change nothing here.
bool mutate_operation(Random& random, RecordedSchedule& schedule, Mutation mutation, RecordedStep& round) {
  auto& operations = round.operations;
  const std::size_t at = pick(random, operations.size());
  Operation& operation = operations[at];
  switch (mutation) {
    case Mutation::kDrop:
      operations.erase(operations.begin() + static_cast<std::ptrdiff_t>(at));
      return true;
    case Mutation::kDuplicate:
      operations.insert(operations.begin() + static_cast<std::ptrdiff_t>(at), Operation(operation));
      return true;
    case Mutation::kRedirect: {
      const auto ranks = schedule.ranks;
      operation.peer =
          modulo(operation.peer + 1 + static_cast<Rank>(pick(random, static_cast<std::size_t>(ranks) - 1)), ranks);
      return operation.peer >= 0;
    }
    case Mutation::kSwapChunks: {
      Operation& other = operations[pick(random, operations.size())];
      std::swap(operation.chunks, other.chunks);
      return !same_chunks(operation.chunks, other.chunks);
    }
    case Mutation::kShiftChunk: {
      std::vector<ChunkInterval> intervals;
      operation.chunks.for_each_interval([&](ChunkInterval piece) {
        for (Chunk chunk = piece.first; chunk < piece.first + piece.count; ++chunk) {
          intervals.push_back({modulo(chunk + 1, schedule.chunks), 1});
        }
      });
      const ChunkSet shifted = schedule.own(std::move(intervals));
      const bool differs = !same_chunks(shifted, operation.chunks);
      operation.chunks = shifted;
      return differs;
    }
    case Mutation::kFlipKind:
      if (operation.kind == OperationKind::kReceive) {
        operation.kind = OperationKind::kReceiveReduce;
      } else if (operation.kind == OperationKind::kReceiveReduce) {
        operation.kind = OperationKind::kReceive;
      } else {
        return false;
      }
      return true;
    case Mutation::kFewerChunks: {
      if (operation.chunks.empty()) {
        return false;
      }
      // All but the first.
      std::vector<ChunkInterval> rest;
      bool first = true;
      operation.chunks.for_each_interval([&](ChunkInterval piece) {
        rest.push_back(first ? ChunkInterval{piece.first + 1, piece.count - 1} : piece);
        first = false;
      });
      std::erase_if(rest, [](ChunkInterval piece) { return piece.count == 0; });
      operation.chunks = schedule.own(std::move(rest));
      return true;
    }
    case Mutation::kOtherPlane:
      // Where a receive or a reduction goes to is told by its target.
      operation.plane = static_cast<Plane>(operation.plane == 0 ? 1 : 0);
      operation.target_plane = operation.plane;
      return true;
    case Mutation::kOtherDirection:
      if (operation.kind == OperationKind::kSend) {
        operation.kind = OperationKind::kReceive;
      } else if (operation.kind == OperationKind::kReceive || operation.kind == OperationKind::kReceiveReduce) {
        operation.kind = OperationKind::kSend;
      } else {
        return false;
      }
      return true;
    case Mutation::kSwapRounds:
      return false;
  }
  return false;
}

/// How often everything is gone through: RINGWOOD_ROUNDS, or once.
int rounds() {
  const char* const given = std::getenv("RINGWOOD_ROUNDS");
  return given == nullptr ? 1 : std::atoi(given);
}

// All rounds of a strand and of the lanes that it forks into, those of one strand together.
void collect_rounds(RecordedStrand& strand, std::vector<std::vector<RecordedStep*>>& strands) {
  std::vector<RecordedStep*> rounds;
  for (RecordedStep& step : strand.steps) {
    if (step.lanes.empty()) {
      rounds.push_back(&step);
    }
    for (RecordedStrand& lane : step.lanes) {
      collect_rounds(lane, strands);
    }
  }
  if (!rounds.empty()) {
    strands.push_back(std::move(rounds));
  }
}

bool mutate(Random& random, RecordedSchedule& schedule, Mutation mutation) {
  std::vector<std::vector<RecordedStep*>> strands;
  collect_rounds(schedule.programs[pick(random, schedule.programs.size())], strands);
  if (strands.empty()) {
    return false;
  }
  const std::vector<RecordedStep*>& rounds = strands[pick(random, strands.size())];
  RecordedStep& round = *rounds[pick(random, rounds.size())];
  if (mutation == Mutation::kSwapRounds) {
    RecordedStep& other = *rounds[pick(random, rounds.size())];
    if (same_round(round, other)) {
      return false;
    }
    std::swap(round, other);
    return true;
  }
  return !round.operations.empty() && mutate_operation(random, schedule, mutation, round);
}

bool does_the_same(const VerifyReport& mutant, const VerifyReport& original) {
  return mutant.ok && mutant.messages == original.messages && mutant.sent_total == original.sent_total &&
         mutant.sent_max == original.sent_max && mutant.messages_max == original.messages_max;
}

TEST(Mutation, RecordedSchedulesAreTheSchedules) {
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (!why_not(*algorithm, {.ranks = 6}).empty()) {
      continue;
    }
    const Schedule schedule(*algorithm, {.ranks = 6});
    const RecordedSchedule recorded = record(schedule);
    const VerifyReport replayed = verify(schedule_of(recorded));
    EXPECT_TRUE(replayed.ok) << replayed.error;
    EXPECT_EQ(replayed.messages, verify(schedule).messages) << schedule.name();
  }
}

struct Tally {
  int mutants = 0;
  int killed = 0;
  std::map<Mutation, std::pair<int, int>> by_kind;  // mutants, killed
};

// Every kind of fault once, at random places.
void try_mutations(Random& random, const Schedule& schedule, Tally& tally) {
  const VerifyReport original = verify(schedule);
  for (const Mutation mutation : kMutations) {
    RecordedSchedule mutant = record(schedule);
    if (!mutate(random, mutant, mutation)) {
      continue;
    }
    ++tally.mutants;
    const VerifyReport report = verify(schedule_of(mutant));
    tally.killed += report.ok ? 0 : 1;
    ++tally.by_kind[mutation].first;
    tally.by_kind[mutation].second += report.ok ? 0 : 1;
    EXPECT_TRUE(!report.ok || does_the_same(report, original))
        << ringwood::name_of(schedule.collective()) << " " << schedule.name() << ", " << schedule.ranks()
        << " ranks: " << name_of(mutation);
    EXPECT_EQ(report.ok, report.error.empty());
  }
}

TEST(Mutation, NoFaultSurvives) {
  Random random(20071);
  Tally tally;
  for (int i = 0; i < static_cast<int>(built_in_catalogue().size()) * rounds(); ++i) {
    const Algorithm* const algorithm = built_in_catalogue()[static_cast<std::size_t>(i) % built_in_catalogue().size()];
    for (Rank ranks = 2; ranks <= 9; ++ranks) {
      if (why_not(*algorithm, {.ranks = ranks}).empty()) {
        try_mutations(random, Schedule(*algorithm, {.ranks = ranks}), tally);
      }
    }
  }
  EXPECT_GE(tally.mutants, 1000);
  EXPECT_GT(tally.killed, tally.mutants * 9 / 10);
  RecordProperty("mutants", tally.mutants);
  RecordProperty("killed", tally.killed);
  for (const auto& [mutation, counts] : tally.by_kind) {
    std::printf("%-16s %6d mutants, %6d killed, the rest does the same\n", name_of(mutation), counts.first,
                counts.second);
  }
}

TEST(Mutation, NoFaultSurvivesInLanes) {
  Random random(7);
  Tally tally;
  for (const char* const text : {"lanes(2, ring)", "lanes(2, lanes(2, ring))", "lanes(3, rabenseifner)"}) {
    for (Rank ranks = 2; ranks <= 9; ++ranks) {
      try_mutations(random,
                    Schedule(built_in_library(), Collective::kAllreduce, parse_expression(text), {.ranks = ranks}),
                    tally);
    }
  }
  EXPECT_GE(tally.mutants, 100);
  EXPECT_GT(tally.killed, tally.mutants * 9 / 10);
}

}  // namespace
}  // namespace ringwood
