#include "sim/work_list.hpp"

#include <gtest/gtest.h>

#include <set>

namespace ringwood {
namespace {

TEST(WorkList, TakesEveryRankOnceAndNeighboursTogether) {
  constexpr Rank kRanks = 3 * WorkList::kBlock + 17;
  WorkList list(kRanks);
  EXPECT_TRUE(list.empty());
  for (Rank rank = kRanks - 1; rank >= 0; --rank) {
    list.add(rank);
  }
  std::set<Rank> taken;
  int changes = 0;
  for (Rank last = -1; !list.empty();) {
    const Rank rank = list.take();
    EXPECT_TRUE(taken.insert(rank).second);
    changes += last >= 0 && last / WorkList::kBlock != rank / WorkList::kBlock ? 1 : 0;
    last = rank;
  }
  EXPECT_EQ(taken.size(), static_cast<std::size_t>(kRanks));
  EXPECT_EQ(changes, 3);
}

TEST(WorkList, GoesOnWithTheBlockInWhichRanksAreAdded) {
  WorkList list(2 * WorkList::kBlock);
  list.add(0);
  list.add(WorkList::kBlock);
  EXPECT_EQ(list.take(), 0);
  list.add(5);
  EXPECT_EQ(list.take(), 5);
  EXPECT_EQ(list.take(), WorkList::kBlock);
  list.add(0);
  EXPECT_EQ(list.take(), 0);
  EXPECT_TRUE(list.empty());
}

}  // namespace
}  // namespace ringwood
