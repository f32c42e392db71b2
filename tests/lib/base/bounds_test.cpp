#include "ringwood/bounds.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ringwood {
namespace {

TEST(LeastRounds, AreLogarithms) {
  EXPECT_EQ(least_rounds(1, 1), 0);
  EXPECT_EQ(least_rounds(8, 1), 3);
  EXPECT_EQ(least_rounds(9, 1), 4);
  EXPECT_EQ(least_rounds(9, 2), 2);
  EXPECT_EQ(least_rounds(9, 8), 1);
  EXPECT_EQ(least_rounds(2, 0), 1);
}

TEST(LeastTraffic, FollowsTheTables) {
  for (const Collective collective : kAllCollectives) {
    EXPECT_EQ(least_moved(collective, 1), 0);
    EXPECT_EQ(least_sent(collective, 1), 0);
    EXPECT_LE(least_sent(collective, 8), least_moved(collective, 8));
    EXPECT_EQ(least_leaving(collective, 8, 0, false), 0);
    EXPECT_EQ(least_leaving(collective, 8, 8, true), 0);
  }
  EXPECT_DOUBLE_EQ(least_moved(Collective::kAllreduce, 8), 1.75);
  EXPECT_DOUBLE_EQ(least_leaving(Collective::kReduceScatter, 8, 2, false), 0.75);
  EXPECT_DOUBLE_EQ(least_leaving(Collective::kAllgather, 8, 2, false), 0.25);
  EXPECT_DOUBLE_EQ(least_leaving(Collective::kGather, 8, 2, true), 0);
  const std::vector<Rank> groups{4, 2, 2};
  EXPECT_DOUBLE_EQ(least_crossing(Collective::kAllreduce, groups, 0), 4);
  EXPECT_DOUBLE_EQ(least_crossing(Collective::kBroadcast, groups, 0), 2);
  EXPECT_DOUBLE_EQ(least_crossing(Collective::kScatter, groups, 0), 0.5);
  EXPECT_DOUBLE_EQ(least_crossing(Collective::kGather, groups, 0), 0.5);
}

}  // namespace
}  // namespace ringwood
