#include "ringwood/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "algorithms/catalogue.hpp"
#include "tests/lib/interpret/verify/table_algorithm.hpp"

namespace ringwood {
namespace {

using testing::HasSubstr;
using testing_support::Table;
using testing_support::table_of;

VerifyReport verify_table(const Table& table, Collective collective) {
  testing_support::current_table = &table;
  const Algorithm algorithm = testing_support::table_algorithm(collective);
  return verify(Schedule(algorithm, {.ranks = static_cast<Rank>(table.ranks.size())}));
}

ChunkSet chunk(Chunk index, Chunk count = 1) {
  return ChunkSet::interval(index, count);
}

TEST(Verify, CountsARingAllreduceOfFourAsInTheTextbook) {
  const VerifyReport report = verify(Schedule(allreduce_ring, {.ranks = 4}));
  EXPECT_TRUE(report.ok) << report.error;
  EXPECT_EQ(report.rounds, 6);
  EXPECT_EQ(report.rounds_bound, 2);
  EXPECT_EQ(report.messages, 24);
  EXPECT_EQ(report.messages_max, 6);
  EXPECT_EQ(report.ports, 1);
  EXPECT_EQ(report.chunks, 4);
  EXPECT_EQ(report.sent_max, 6);
  EXPECT_EQ(report.sent_total, 24);
  EXPECT_EQ(report.reduced_max, 3);
  EXPECT_EQ(report.beta_chunks, 6);
  EXPECT_EQ(report.gamma_chunks, 3);
  EXPECT_EQ(report.scratch_chunks, 0);
  EXPECT_TRUE(report.same_bits);
  EXPECT_FALSE(report.keeps_order);
  EXPECT_TRUE(report.deadlock_free);
}

TEST(Verify, AcceptsAnExchangeOfTwo) {
  const Table table = table_of({{{send(1, chunk(0)), receive_reduce(1, chunk(0), Side::kRight)}},
                                {{send(0, chunk(0)), receive_reduce(0, chunk(0), Side::kLeft)}}},
                               1);
  const VerifyReport report = verify_table(table, Collective::kAllreduce);
  EXPECT_TRUE(report.ok) << report.error;
  EXPECT_TRUE(report.keeps_order);
  EXPECT_TRUE(report.same_bits);
  EXPECT_EQ(report.rounds, 1);
}

TEST(Verify, SeesOperandsOnTheWrongSide) {
  const Table table = table_of(
      {{{send(1, chunk(0)), receive_reduce(1, chunk(0))}}, {{send(0, chunk(0)), receive_reduce(0, chunk(0))}}}, 1);
  const VerifyReport report = verify_table(table, Collective::kAllreduce);
  EXPECT_TRUE(report.ok);
  EXPECT_FALSE(report.keeps_order);
  EXPECT_TRUE(report.same_bits);
}

TEST(Verify, SeesThatRanksPutDifferentBrackets) {
  const Table star = table_of(
      {{{send(1, chunk(0)), send(2, chunk(0)), receive_reduce(1, chunk(0), Side::kRight),
         receive_reduce(2, chunk(0), Side::kRight)}},
       {{send(0, chunk(0)), send(2, chunk(0)), receive_reduce(2, chunk(0), Side::kRight), receive_reduce(0, chunk(0))}},
       {{send(0, chunk(0)), send(1, chunk(0)), receive_reduce(1, chunk(0)), receive_reduce(0, chunk(0))}}},
      1);
  const VerifyReport report = verify_table(star, Collective::kAllreduce);
  EXPECT_TRUE(report.ok) << report.error;
  EXPECT_FALSE(report.same_bits);
  EXPECT_TRUE(report.keeps_order);
  EXPECT_EQ(report.ports, 2);
  EXPECT_EQ(report.rounds_bound, 1);
}

TEST(Verify, CountsScratchAndLocalReductions) {
  const Table table =
      table_of({{{send(1, chunk(0, 2)), receive(1, chunk(0, 2), 1), reduce(chunk(0, 2), 1, 0, Side::kRight)}},
                {{send(0, chunk(0, 2)), receive(0, chunk(0, 2), 1), reduce(chunk(0, 2), 1, 0, Side::kLeft)}}},
               2);
  const VerifyReport report = verify_table(table, Collective::kAllreduce);
  EXPECT_TRUE(report.ok) << report.error;
  EXPECT_EQ(report.scratch_chunks, 2);
  EXPECT_EQ(report.gamma_chunks, 2);
  EXPECT_TRUE(report.keeps_order);
}

struct Broken {
  const char* what;
  Collective collective;
  Chunk pieces;
  std::vector<std::vector<std::vector<Operation>>> ranks;
  const char* message;
  bool deadlock_free;
};

class VerifyBroken : public testing::TestWithParam<Broken> {};

TEST_P(VerifyBroken, IsCaughtAndNamed) {
  const Broken& broken = GetParam();
  const VerifyReport report = verify_table(table_of(broken.ranks, broken.pieces), broken.collective);
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.error, HasSubstr(broken.message));
  EXPECT_EQ(report.deadlock_free, broken.deadlock_free) << report.error;
}

INSTANTIATE_TEST_SUITE_P(
    Schedules, VerifyBroken,
    testing::Values(
        Broken{"lost",
               Collective::kAllreduce,
               1,
               {{{send(1, chunk(0))}}, {{receive_reduce(0, chunk(0))}}},
               "rank 0 ends with chunk 0 without the contribution of rank 1",
               true},
        Broken{"overwritten",
               Collective::kAllreduce,
               1,
               {{{send(1, chunk(0))}}, {{receive(0, chunk(0))}}},
               "without the contribution of rank 1",
               true},
        Broken{"never_arrived",
               Collective::kAllgather,
               2,
               {{{send(1, chunk(0))}}, {{receive(0, chunk(0))}}},
               "rank 0 ends without chunk 1",
               true},
        Broken{"counted_twice",
               Collective::kAllreduce,
               1,
               {{{send(1, chunk(0))}, {send(1, chunk(0))}},
                {{receive_reduce(0, chunk(0))}, {receive_reduce(0, chunk(0))}}},
               "rank 1, round 1, receive from 0: the contribution of rank 0 is counted twice in chunk 0",
               false},
        Broken{"unmatched_send",
               Collective::kAllreduce,
               1,
               {{{send(1, chunk(0))}}, {}},
               "rank 0, round 0, send to 1: rank 1 ends without the matching receive",
               false},
        Broken{"unmatched_receive",
               Collective::kAllreduce,
               1,
               {{}, {{receive(0, chunk(0))}}},
               "rank 1, round 0, receive from 0: rank 0 ends without the matching send",
               false},
        Broken{"cycle_of_sends_that_buffers_hide",
               Collective::kAllreduce,
               1,
               {{{send(1, chunk(0))}, {receive_reduce(1, chunk(0))}},
                {{send(0, chunk(0))}, {receive_reduce(0, chunk(0))}}},
               "deadlock: rank 0, round 0 waits in its send to 1; rank 1, round 0 waits in its send to 0",
               false},
        Broken{"other_chunks",
               Collective::kAllreduce,
               2,
               {{{send(1, chunk(0))}}, {{receive_reduce(0, chunk(1))}}},
               "are not the",
               false},
        Broken{"other_size",
               Collective::kAllreduce,
               2,
               {{{send(1, chunk(0, 2))}}, {{receive_reduce(0, chunk(0))}}},
               "its chunks 0-1 are not the chunks 0 expected",
               false},
        Broken{"rank_out_of_range",
               Collective::kAllreduce,
               1,
               {{{send(2, chunk(0))}}, {}},
               "rank 0, round 0: peer 2 is out of range; accepted: 0 to 1",
               false},
        Broken{"to_itself", Collective::kAllreduce, 1, {{{send(0, chunk(0))}}, {}}, "a message to itself", false},
        Broken{"chunk_out_of_range",
               Collective::kAllreduce,
               2,
               {{{send(1, chunk(1, 2))}}, {}},
               "chunks 1 to 2 are out of range; accepted: 0 to 1",
               false},
        Broken{"empty_set", Collective::kAllreduce, 1, {{{send(1, chunk(0, 0))}}, {}}, "an empty set of chunks", false},
        Broken{"sends_what_it_lacks",
               Collective::kAllgather,
               2,
               {{{send(1, chunk(1))}}, {{receive(0, chunk(1))}}},
               "rank 0, round 0, send to 1: it does not hold chunk 1 of plane 0",
               false},
        Broken{"reduces_into_nothing",
               Collective::kAllreduce,
               1,
               {{{send(1, chunk(0))}}, {{receive_reduce(0, chunk(0), Side::kLeft, 3)}}},
               "reduces into chunk 0 of plane 3, which holds nothing",
               false},
        Broken{"two_receives_of_a_chunk",
               Collective::kAllreduce,
               2,
               {{{send(2, chunk(0, 2))}}, {{send(2, chunk(1))}}, {{receive(0, chunk(0, 2)), receive(1, chunk(1))}}},
               "rank 2, round 0: receive from 0 and receive from 1 both write chunk 1 of plane 0",
               false},
        Broken{"receive_and_reduce_of_a_chunk",
               Collective::kAllreduce,
               1,
               {{{send(2, chunk(0))}}, {{send(2, chunk(0))}}, {{receive_reduce(0, chunk(0)), receive(1, chunk(0))}}},
               "both write chunk 0 of plane 0",
               false},
        Broken{"copies_what_it_lacks",
               Collective::kAllreduce,
               1,
               {{{copy(chunk(0), 1, 0)}}},
               "local copy: it does not hold chunk 0 of plane 1",
               false}),
    [](const testing::TestParamInfo<Broken>& broken) { return broken.param.what; });

// Two lanes of two ranks that exchange: lane i the chunks of `first` and `second`.
Table two_lanes(const ChunkSet& first, const ChunkSet& second) {
  Table table;
  table.pieces = 2;
  for (const Rank rank : {0, 1}) {
    const Side side = rank == 0 ? Side::kRight : Side::kLeft;
    std::vector<Table::Lane> lanes;
    for (const ChunkSet& chunks : {first, second}) {
      const std::vector<Operation> operations{send(1 - rank, chunks), receive_reduce(1 - rank, chunks, side)};
      lanes.push_back({{.operations = operations, .intervals = {}}});
    }
    table.ranks.push_back(lanes);
  }
  return table;
}

TEST(Verify, AcceptsLanesThatShareNothing) {
  const VerifyReport report = verify_table(two_lanes(chunk(0), chunk(1)), Collective::kAllreduce);
  EXPECT_TRUE(report.ok) << report.error;
  EXPECT_EQ(report.rounds, 1);
  EXPECT_EQ(report.ports, 2);
}

TEST(Verify, FindsLanesThatTouchTheSameChunk) {
  Table table = two_lanes(chunk(0), chunk(1));
  for (auto& lanes : table.ranks) {
    lanes[0][0].operations.push_back(copy(chunk(1), 0, 1));
  }
  const VerifyReport report = verify_table(table, Collective::kAllreduce);
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.error, HasSubstr("lanes 0 and 1 both touch chunk 1 of plane 0"));
}

Program throwing_program(const Problem&, Rank me) {
  if (me == 1) {
    throw std::runtime_error("no idea");
  }
  co_return;
}

Program endless_program(const Problem&, Rank) {
  while (true) {
    co_yield std::span<const Operation>();
  }
}

TEST(Verify, ReportsWhatAProgramThrows) {
  Algorithm algorithm = testing_support::table_algorithm(Collective::kAllreduce);
  algorithm.pieces = one_piece;
  algorithm.program = throwing_program;
  const VerifyReport report = verify(Schedule(algorithm, {.ranks = 2}));
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.error, HasSubstr("rank 1, round 0: the program throws: no idea"));
}

TEST(Verify, StopsAProgramThatRunsAway) {
  Algorithm algorithm = testing_support::table_algorithm(Collective::kAllreduce);
  algorithm.pieces = one_piece;
  algorithm.program = endless_program;
  const VerifyReport report = verify(Schedule(algorithm, {.ranks = 2}));
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.error, HasSubstr("the program does not end"));
}

TEST(Verify, RefusesANumberOfPiecesThatBlocksDoNotDivide) {
  const VerifyReport report = verify_table(table_of({{}, {}}, 3), Collective::kAllgather);
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.error, HasSubstr("3 chunks; accepted: a positive multiple of 2"));
}

}  // namespace
}  // namespace ringwood
