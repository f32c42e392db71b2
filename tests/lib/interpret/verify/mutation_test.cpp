// Every algorithm of the catalogue with one small fault: the verifier has to find it.
//
// A mutant may survive only if it does as much in another order, as when two independent rounds of a rank change
// places, or two operations of a round: the contract holds with as many messages and as much data as before.

#include <gtest/gtest.h>

#include <random>

#include "algorithms/catalogue.hpp"
#include "ringwood/verify.hpp"
#include "tests/lib/interpret/verify/table_algorithm.hpp"

namespace ringwood {
namespace {

using testing_support::Table;
using testing_support::TableRound;

enum class Mutation { kDrop, kRedirect, kSwapChunks, kShiftChunk, kDuplicate, kSwapRounds, kFlipKind };

constexpr Mutation kMutations[] = {Mutation::kDrop,       Mutation::kRedirect,  Mutation::kSwapChunks,
                                   Mutation::kShiftChunk, Mutation::kDuplicate, Mutation::kSwapRounds,
                                   Mutation::kFlipKind};

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
  }
  return "";
}

bool same_operation(const Operation& a, const Operation& b) {
  return a.kind == b.kind && a.peer == b.peer && a.plane == b.plane && a.target_plane == b.target_plane &&
         a.side == b.side && same_chunks(a.chunks, b.chunks);
}

bool same_round(const TableRound& a, const TableRound& b) {
  return std::equal(a.operations.begin(), a.operations.end(), b.operations.begin(), b.operations.end(), same_operation);
}

using Random = std::mt19937;

std::size_t pick(Random& random, std::size_t count) {
  return random() % count;  // not uniform to the last bit, but the same with every standard library
}

// Changes one operation; false if this mutation would change nothing here.
bool mutate_operation(Random& random, const Table& table, Mutation mutation, TableRound& round) {
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
      const auto ranks = static_cast<Rank>(table.ranks.size());
      operation.peer = modulo(operation.peer + 1 + static_cast<Rank>(pick(random, table.ranks.size() - 1)), ranks);
      return operation.peer >= 0;
    }
    case Mutation::kSwapChunks: {
      Operation& other = operations[pick(random, operations.size())];
      std::swap(operation.chunks, other.chunks);
      return !same_chunks(operation.chunks, other.chunks);
    }
    case Mutation::kShiftChunk: {
      auto& intervals = round.intervals.emplace_back();
      operation.chunks.for_each_interval([&](ChunkInterval piece) {
        for (Chunk chunk = piece.first; chunk < piece.first + piece.count; ++chunk) {
          intervals.push_back({modulo(chunk + 1, table.pieces), 1});
        }
      });
      const ChunkSet shifted = ChunkSet::list(intervals);
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
    case Mutation::kSwapRounds:
      return false;
  }
  return false;
}

bool mutate(Random& random, Table& table, Mutation mutation) {
  auto& lane = table.ranks[pick(random, table.ranks.size())].front();
  if (lane.empty()) {
    return false;
  }
  TableRound& round = lane[pick(random, lane.size())];
  if (mutation == Mutation::kSwapRounds) {
    TableRound& other = lane[pick(random, lane.size())];
    if (same_round(round, other)) {
      return false;
    }
    std::swap(round, other);
    return true;
  }
  return !round.operations.empty() && mutate_operation(random, table, mutation, round);
}

VerifyReport verify_table(const Table& table, const Schedule& like) {
  testing_support::current_table = &table;
  const Algorithm algorithm = testing_support::table_algorithm(like.collective());
  return verify(Schedule(algorithm, {.ranks = like.ranks(), .root = like.root()}));
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
    const Table table = testing_support::record(schedule);
    if (!table.ranks.empty()) {
      const VerifyReport replayed = verify_table(table, schedule);
      EXPECT_TRUE(replayed.ok) << replayed.error;
      EXPECT_EQ(replayed.messages, verify(schedule).messages) << schedule.name();
    }
  }
}

TEST(Mutation, NoFaultSurvives) {
  Random random(20071);
  int mutants = 0;
  int killed = 0;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (Rank ranks = 2; ranks <= 9; ++ranks) {
      if (!why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
      const Schedule schedule(*algorithm, {.ranks = ranks});
      const VerifyReport original = verify(schedule);
      for (const Mutation mutation : kMutations) {
        Table table = testing_support::record(schedule);
        if (table.ranks.empty() || !mutate(random, table, mutation)) {
          continue;
        }
        ++mutants;
        const VerifyReport report = verify_table(table, schedule);
        killed += report.ok ? 0 : 1;
        EXPECT_TRUE(!report.ok || does_the_same(report, original))
            << ringwood::name_of(algorithm->collective) << " " << schedule.name() << ", " << ranks
            << " ranks: " << name_of(mutation);
        EXPECT_EQ(report.ok, report.error.empty());
      }
    }
  }
  EXPECT_GE(mutants, 1000);
  EXPECT_GT(killed, mutants * 9 / 10);
  RecordProperty("mutants", mutants);
  RecordProperty("killed", killed);
}

}  // namespace
}  // namespace ringwood
