// What a wrong end is told by: where a contribution was lost, how far it got, and what was written last.

#include <gtest/gtest.h>

#include "ringwood/verify.hpp"
#include "tests/lib/interpret/verify/table_algorithm.hpp"

namespace ringwood {
namespace {

using testing_support::Table;
using testing_support::table_of;

std::string error_of(const Table& table, Collective collective, bool commutative = true) {
  testing_support::current_table = &table;
  const Algorithm algorithm = testing_support::table_algorithm(collective);
  const VerifyReport report = verify(
      Schedule(algorithm, {.ranks = static_cast<Rank>(table.ranks.size()), .root = 0, .commutative = commutative}));
  EXPECT_FALSE(report.ok);
  return report.error;
}

constexpr ChunkSet kAll = ChunkSet::interval(0, 1);

TEST(History, NamesTheOperationThatOverwritesTheLastCopy) {
  // Rank 0 adds up; rank 1 passes on what it gets from rank 2 without its own.
  const Table table =
      table_of({{{receive_reduce(1, kAll)}}, {{receive(2, kAll)}, {send(0, kAll)}}, {{send(1, kAll)}}}, 1);
  EXPECT_EQ(
      error_of(table, Collective::kReduce),
      "rank 0 ends with chunk 0 without the contribution of rank 1: it is lost in rank 1, round 0, receive from 2");
}

TEST(History, NamesHowFarAContributionGot) {
  // What rank 2 sends comes to rank 1 after it has sent its sum on.
  const Table table =
      table_of({{{receive_reduce(1, kAll)}}, {{send(0, kAll)}, {receive_reduce(2, kAll)}}, {{send(1, kAll)}}}, 1);
  EXPECT_EQ(error_of(table, Collective::kReduce),
            "rank 0 ends with chunk 0 without the contribution of rank 2: it gets no farther than rank 1, round 1, "
            "receive from 2, and it was last written in rank 0, round 0, receive from 1");
}

TEST(History, NamesWhoNeverSends) {
  const Table table = table_of({{{send(1, kAll)}}, {{receive(0, kAll)}}, {}}, 1);
  EXPECT_EQ(error_of(table, Collective::kBroadcast),
            "rank 2 ends without chunk 0: it gets no farther than rank 1, round 0, receive from 0, and nothing is "
            "written there");
  const Table idle = table_of({{}, {}}, 1);
  EXPECT_EQ(error_of(idle, Collective::kBroadcast),
            "rank 1 ends without chunk 0: it never leaves rank 0, and nothing is written there");
}

TEST(History, NamesWhatOverwritesACopyOnTheRankItself) {
  // Both hold the sum, and rank 1 gets the old value of rank 0 out of a copy.
  const Table table =
      table_of({{{copy(kAll, 0, 1)}, {send(1, kAll), receive_reduce(1, kAll, Side::kRight)}, {send(1, kAll, 1)}},
                {{send(0, kAll), receive_reduce(0, kAll)}, {receive(0, kAll)}}},
               1);
  EXPECT_EQ(
      error_of(table, Collective::kAllreduce),
      "rank 1 ends with chunk 0 without the contribution of rank 1: it is overwritten in rank 1, round 1, receive "
      "from 0");
}

TEST(History, NamesWhatIsAddedToDataThatIsOnlyToBeMoved) {
  const Table table =
      table_of({{{send(1, kAll)}, {receive_reduce(1, kAll)}}, {{receive(0, kAll)}, {send(0, kAll)}}}, 1);
  EXPECT_EQ(error_of(table, Collective::kBroadcast),
            "rank 0, round 1, receive from 1: the contribution of rank 0 is counted twice in chunk 0");
}

TEST(History, NamesWhereTheOrderIsLost) {
  const Table table = table_of({{{receive_reduce(2, kAll, Side::kRight)}, {receive_reduce(1, kAll, Side::kRight)}},
                                {{}, {send(0, kAll)}},
                                {{send(0, kAll)}}},
                               1);
  EXPECT_EQ(
      error_of(table, Collective::kReduce, false),
      "rank 0 ends with chunk 0 reduced out of rank order, and the operation does not commute: out of order since "
      "rank 0, round 0, receive from 2");
}

}  // namespace
}  // namespace ringwood
