#include "ringwood/chunk_set.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "ringwood/renumbering.hpp"

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

TEST(ChunkSet, NamesChunksInMessageOrder) {
  EXPECT_EQ(chunks_of(ChunkSet()), (std::vector<Chunk>{}));
  EXPECT_EQ(chunks_of(ChunkSet::interval(2, 3)), (std::vector<Chunk>{2, 3, 4}));
  EXPECT_EQ(chunks_of(ChunkSet::cyclic(3, 3, 5)), (std::vector<Chunk>{3, 4, 0}));
  EXPECT_EQ(chunks_of(ChunkSet::cyclic(3, 2, 5)), (std::vector<Chunk>{3, 4}));
  EXPECT_EQ(chunks_of(ChunkSet::strided(1, 2, 4, 3)), (std::vector<Chunk>{1, 2, 5, 6, 9, 10}));
  const std::vector<ChunkInterval> intervals{{4, 2}, {0, 1}};
  EXPECT_EQ(chunks_of(ChunkSet::list(intervals)), (std::vector<Chunk>{4, 5, 0}));
  EXPECT_EQ(ChunkSet::list(intervals).size(), 3);
  EXPECT_EQ(ChunkSet::cyclic(3, 3, 5).size(), 3);
}

TEST(ChunkSet, IsSimpleWhereItCanBe) {
  EXPECT_TRUE(ChunkSet::cyclic(3, 2, 5).is_interval());
  EXPECT_TRUE(ChunkSet::strided(1, 2, 2, 3).is_interval());
  EXPECT_TRUE(ChunkSet::strided(1, 2, 4, 1).is_interval());
  EXPECT_TRUE(ChunkSet::interval(7, 0).empty());
  EXPECT_LE(sizeof(ChunkSet), 24U);
}

TEST(ChunkSet, EqualsWhatNamesTheSameChunksInTheSameOrder) {
  const std::vector<ChunkInterval> around{{3, 2}, {0, 1}};
  const std::vector<ChunkInterval> in_pieces{{0, 1}, {1, 1}, {2, 0}};
  EXPECT_TRUE(same_chunks(ChunkSet::cyclic(3, 3, 5), ChunkSet::list(around)));
  EXPECT_TRUE(same_chunks(ChunkSet::interval(0, 2), ChunkSet::list(in_pieces)));
  EXPECT_FALSE(same_chunks(ChunkSet::cyclic(3, 3, 5), ChunkSet::cyclic(4, 3, 5)));
  EXPECT_FALSE(same_chunks(ChunkSet::interval(0, 2), ChunkSet::interval(0, 3)));
}

TEST(RankMap, TakesThreeForms) {
  const std::vector<Rank> table{5, 3, 4};
  EXPECT_EQ(RankMap::identity()(7), 7);
  EXPECT_EQ(RankMap::strided(2, 3)(4), 14);
  // Seven ranks, pairs (0,1), (2,3), (4,5): survivors 1, 3, 5, 6.
  std::vector<Rank> survivors;
  for (Rank member = 0; member < 4; ++member) {
    survivors.push_back(RankMap::folded(3)(member));
  }
  EXPECT_EQ(survivors, (std::vector<Rank>{1, 3, 5, 6}));
  EXPECT_EQ(RankMap::table(table)(1), 3);
}

std::vector<Chunk> image(const std::vector<Chunk>& inner, const ChunkMap& map) {
  std::vector<Chunk> outer;
  for (const Chunk chunk : inner) {
    for (Chunk i = 0; i < map.width; ++i) {
      outer.push_back(map.offset + chunk * map.step + i);
    }
  }
  return outer;
}

// Every form of set under every form of map, against the definition chunk by chunk.
TEST(Renumbering, TranslatesEveryFormOfSetAsDefined) {
  const std::vector<ChunkInterval> listed{{5, 1}, {0, 2}};
  const std::vector<ChunkSet> sets{
      ChunkSet::interval(0, 6),      ChunkSet::interval(2, 3),      ChunkSet::interval(4, 1), ChunkSet::cyclic(4, 4, 6),
      ChunkSet::strided(0, 1, 2, 3), ChunkSet::strided(0, 2, 3, 2), ChunkSet::list(listed)};
  for (const Chunk offset : {0, 1, 5}) {
    for (const Chunk step : {1, 2, 4}) {
      for (Chunk width = 1; width <= step; ++width) {
        const ChunkMap map{.offset = offset, .step = step, .width = width};
        const Renumbering renumbering(RankMap::strided(1, 2), map);
        std::vector<Operation> operations;
        for (const ChunkSet& set : sets) {
          operations.push_back(send(3, set));
        }
        operations.push_back(copy(sets.front(), 0, 1));
        TranslatedRound translated;
        renumbering.translate(operations, translated);
        const std::vector<Operation>& outer = translated.operations;
        ASSERT_EQ(outer.size(), operations.size());
        for (std::size_t i = 0; i < sets.size(); ++i) {
          EXPECT_EQ(chunks_of(outer[i].chunks), image(chunks_of(sets[i]), map))
              << "set " << i << ", offset " << offset << ", step " << step << ", width " << width;
          EXPECT_EQ(outer[i].peer, 7);
        }
        EXPECT_EQ(outer.back().peer, -1);
      }
    }
  }
}

}  // namespace
}  // namespace ringwood
