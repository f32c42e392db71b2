// Every form of chunk set through every kind of chunk map, against the definition chunk by chunk.

#include "ringwood/renumbering.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ringwood {
namespace {

std::vector<Chunk> chunks_of(const ChunkSet& set) {
  std::vector<Chunk> chunks;
  set.for_each_interval([&](ChunkInterval piece) {
    for (Chunk i = 0; i < piece.count; ++i) {
      chunks.push_back(piece.first + i);
    }
  });
  return chunks;
}

/// What ChunkMap says of one inner chunk.
void append_outer(const ChunkMap& map, Chunk inner, std::vector<Chunk>& outer) {
  if (map.per_block > 0) {
    const Rank block = map.blocks(static_cast<Rank>(inner / map.per_block));
    outer.push_back(block * map.per_block + inner % map.per_block);
    return;
  }
  for (Chunk i = 0; i < map.width; ++i) {
    outer.push_back(map.offset + inner * map.step + i);
  }
}

void expect_translated(const ChunkMap& map) {
  const std::vector<ChunkInterval> pieces{{3, 2}, {9, 1}, {0, 2}};
  const std::vector<ChunkSet> sets{ChunkSet::interval(0, 1),      ChunkSet::interval(1, 5),
                                   ChunkSet::interval(0, 12),     ChunkSet::cyclic(9, 6, 12),
                                   ChunkSet::strided(1, 2, 4, 3), ChunkSet::strided(0, 1, 3, 4),
                                   ChunkSet::list(pieces)};
  std::vector<Operation> round;
  for (const ChunkSet& set : sets) {
    round.push_back(send(1, set));
  }
  TranslatedRound translated;
  Renumbering(RankMap::strided(10, 2), map).translate(round, translated);
  ASSERT_EQ(translated.operations.size(), sets.size());
  for (std::size_t i = 0; i < sets.size(); ++i) {
    std::vector<Chunk> expected;
    for (const Chunk inner : chunks_of(sets[i])) {
      append_outer(map, inner, expected);
    }
    EXPECT_EQ(chunks_of(translated.operations[i].chunks), expected) << "set " << i;
    EXPECT_EQ(translated.operations[i].peer, 12);
  }
}

TEST(Renumbering, ScalesAndShifts) {
  expect_translated({});
  expect_translated({.offset = 5});
  expect_translated({.offset = 3, .step = 4, .width = 1});
  expect_translated({.step = 4, .width = 4});
  expect_translated({.offset = 7, .step = 4, .width = 4});
  expect_translated({.offset = 2, .step = 4, .width = 2});
}

TEST(Renumbering, MovesWholeBlocks) {
  const std::vector<Rank> table{5, 0, 3, 1, 4, 2};
  for (const Chunk per_block : {2, 3, 4}) {
    expect_translated({.per_block = per_block, .blocks = RankMap::table(table)});
    expect_translated({.per_block = per_block, .blocks = RankMap::modular(5, 6)});
  }
  const std::vector<Rank> twelve{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  expect_translated({.per_block = 1, .blocks = RankMap::table(twelve)});
}

}  // namespace
}  // namespace ringwood
