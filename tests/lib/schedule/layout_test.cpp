#include "ringwood/layout.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "schedule/contract.hpp"

namespace ringwood {
namespace {

// Chunks follow each other without gap or overlap, end with the vector, and differ by an element within a block.
void expect_partition(const Layout& layout, Bytes elements, Chunk chunks, const std::string& what) {
  EXPECT_EQ(layout.chunks(), chunks) << what;
  EXPECT_EQ(layout.offset(0), 0) << what;
  EXPECT_EQ(layout.offset(chunks), elements * layout.element_size()) << what;
  EXPECT_EQ(layout.total_bytes(), elements * layout.element_size()) << what;
  for (Chunk chunk = 0; chunk < chunks; ++chunk) {
    EXPECT_GE(layout.bytes(ChunkInterval{chunk, 1}), 0) << what << ", chunk " << chunk;
    EXPECT_EQ(layout.offset(chunk) % layout.element_size(), 0) << what << ", chunk " << chunk;
  }
}

TEST(Layout, DividesEveryCountAmongEveryNumberOfRanks) {
  for (Chunk ranks = 1; ranks <= 64; ++ranks) {
    for (const Bytes elements :
         {Bytes{0}, Bytes{1}, Bytes{ranks - 1}, Bytes{ranks}, Bytes{ranks + 1}, Bytes{2 * ranks + 1}, Bytes{7919},
          (Bytes{1} << 31) - 1, Bytes{1} << 31, (Bytes{1} << 33) + 1}) {
      const std::string what = std::to_string(elements) + " elements, " + std::to_string(ranks) + " ranks";
      const Layout blocks = Layout::equal(elements, 8, ranks, ranks);
      expect_partition(blocks, elements, ranks, what);
      for (Chunk block = 0; block < ranks; ++block) {
        const Bytes share = blocks.bytes(ChunkInterval{block, 1}) / 8;
        EXPECT_EQ(share, elements / ranks + (block < elements % ranks ? 1 : 0)) << what;
      }
      expect_partition(Layout::equal(elements, 4, 1, ranks), elements, ranks, what);
      const Layout nested = Layout::equal(elements, 1, ranks, 3 * ranks);
      expect_partition(nested, elements, 3 * ranks, what);
      for (Chunk block = 0; block < ranks; ++block) {
        EXPECT_EQ(nested.bytes(ChunkInterval{3 * block, 3}) * 8, blocks.bytes(ChunkInterval{block, 1})) << what;
      }
    }
  }
}

TEST(Layout, FollowsOneCountABlock) {
  const std::vector<std::size_t> counts{0, 5, 1, 0, 7};
  const Layout layout = Layout::counts(counts, 4, 10);
  expect_partition(layout, 13, 10, "counts");
  for (std::size_t block = 0; block < counts.size(); ++block) {
    EXPECT_EQ(layout.bytes(ChunkInterval{static_cast<Chunk>(2 * block), 2}), static_cast<Bytes>(4 * counts[block]));
  }
  EXPECT_EQ(layout.bytes(ChunkInterval{2, 1}), 12);
  EXPECT_EQ(layout.bytes(ChunkInterval{3, 1}), 8);
  EXPECT_EQ(layout.bytes(ChunkSet::cyclic(8, 4, 10)), 4 * 7);
}

TEST(Contract, SaysWhoHoldsWhat) {
  EXPECT_TRUE(holds(Holding::kWhole, 3, 0, 4, 4, 0));
  EXPECT_TRUE(holds(Holding::kOwnBlock, 1, 3, 8, 4, 0));
  EXPECT_FALSE(holds(Holding::kOwnBlock, 1, 4, 8, 4, 0));
  EXPECT_TRUE(holds(Holding::kRootWhole, 2, 0, 1, 4, 2));
  EXPECT_FALSE(holds(Holding::kRootWhole, 1, 0, 1, 4, 2));
}

TEST(Contract, OwnsEveryBlockOnce) {
  for (const Holding holding : {Holding::kOwnBlock, Holding::kRow, Holding::kColumn}) {
    for (const Rank ranks : {1, 2, 3, 8}) {
      const Chunk chunks = Chunk{2} * ranks * ranks;
      for (Chunk chunk = 0; chunk < chunks; ++chunk) {
        int owners = 0;
        for (Rank rank = 0; rank < ranks; ++rank) {
          owners += holds(holding, rank, chunk, chunks, ranks, 0) ? 1 : 0;
        }
        EXPECT_EQ(owners, 1) << ranks << " ranks, chunk " << chunk;
      }
    }
  }
}

TEST(Contract, AlltoallTurnsRowsIntoColumns) {
  const Contract& contract = contract_of(Collective::kAlltoall);
  // Three ranks, a chunk a block: chunk 3 a + b goes from a to b.
  EXPECT_TRUE(holds(contract.before, 1, 5, 9, 3, 0));
  EXPECT_TRUE(holds(contract.after, 2, 5, 9, 3, 0));
  EXPECT_EQ(blocks_of(contract, 3), 9);
  EXPECT_EQ(blocks_of(contract_of(Collective::kAllgather), 3), 3);
  EXPECT_EQ(blocks_of(contract_of(Collective::kBroadcast), 3), 1);
}

}  // namespace
}  // namespace ringwood
