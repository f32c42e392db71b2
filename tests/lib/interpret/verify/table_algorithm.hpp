#pragma once

#include <vector>

#include "ringwood/algorithm.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood::testing_support {

/// A round that owns the intervals of its lists.
struct TableRound {
  std::vector<Operation> operations;
  std::vector<std::vector<ChunkInterval>> intervals;
};

/// The rounds of each lane of each rank. One lane is not forked.
struct Table {
  using Lane = std::vector<TableRound>;
  std::vector<std::vector<Lane>> ranks;
  Chunk pieces = 1;
};

/// What programs of `table_algorithm` read: an algorithm is a plain function, so the table has to be found.
inline thread_local const Table* current_table = nullptr;

inline Program lane_program(const Problem&, const Table::Lane* lane) {
  for (const TableRound& round : *lane) {
    co_yield std::span<const Operation>(round.operations);
  }
}

inline Program table_program(const Problem& problem, Rank me) {
  const auto& lanes = current_table->ranks[static_cast<std::size_t>(me)];
  if (lanes.size() == 1) {
    co_yield lane_program(problem, &lanes.front());
    co_return;
  }
  std::vector<Program> programs;
  for (const Table::Lane& lane : lanes) {
    programs.push_back(lane_program(problem, &lane));
  }
  co_yield Lanes(std::move(programs));
}

inline Chunk table_pieces(const Problem&) {
  return current_table->pieces;
}

inline Algorithm table_algorithm(Collective collective) {
  return {.name = "table",
          .collective = collective,
          .cost = "as written",
          .reference = "a test",
          .needs = {},
          .program = table_program,
          .pieces = table_pieces};
}

/// One lane a rank, written down by hand: for each rank its rounds.
inline Table table_of(const std::vector<std::vector<std::vector<Operation>>>& ranks, Chunk pieces) {
  Table table;
  table.pieces = pieces;
  for (const auto& rounds : ranks) {
    Table::Lane lane;
    for (const auto& operations : rounds) {
      lane.push_back({.operations = operations, .intervals = {}});
    }
    table.ranks.push_back({lane});
  }
  return table;
}

}  // namespace ringwood::testing_support
