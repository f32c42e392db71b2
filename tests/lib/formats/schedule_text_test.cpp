// ringwood.schedule/1: what is written is read back, operation for operation; what is wrong is named with its place.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/formats.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

using testing::HasSubstr;

void expect_same(const RecordedStrand& a, const RecordedStrand& b) {
  ASSERT_EQ(a.steps.size(), b.steps.size());
  for (std::size_t i = 0; i < a.steps.size(); ++i) {
    const RecordedStep& x = a.steps[i];
    const RecordedStep& y = b.steps[i];
    ASSERT_EQ(x.operations.size(), y.operations.size());
    for (std::size_t k = 0; k < x.operations.size(); ++k) {
      EXPECT_EQ(x.operations[k].kind, y.operations[k].kind);
      EXPECT_EQ(x.operations[k].peer, y.operations[k].peer);
      EXPECT_EQ(x.operations[k].side, y.operations[k].side);
      EXPECT_EQ(x.operations[k].plane, y.operations[k].plane);
      EXPECT_EQ(x.operations[k].target_plane, y.operations[k].target_plane);
      EXPECT_TRUE(same_chunks(x.operations[k].chunks, y.operations[k].chunks));
    }
    ASSERT_EQ(x.lanes.size(), y.lanes.size());
    for (std::size_t k = 0; k < x.lanes.size(); ++k) {
      expect_same(x.lanes[k], y.lanes[k]);
    }
  }
}

void expect_same(const VerifyReport& a, const VerifyReport& b) {
  EXPECT_EQ(a.ok, b.ok) << b.error;
  EXPECT_EQ(a.rounds, b.rounds);
  EXPECT_EQ(a.messages, b.messages);
  EXPECT_EQ(a.messages_max, b.messages_max);
  EXPECT_EQ(a.ports, b.ports);
  EXPECT_EQ(a.sent_max, b.sent_max);
  EXPECT_EQ(a.sent_total, b.sent_total);
  EXPECT_EQ(a.beta_chunks, b.beta_chunks);
  EXPECT_EQ(a.gamma_chunks, b.gamma_chunks);
  EXPECT_EQ(a.scratch_chunks, b.scratch_chunks);
  EXPECT_EQ(a.same_bits, b.same_bits);
  EXPECT_EQ(a.keeps_order, b.keeps_order);
  EXPECT_EQ(a.deadlock_free, b.deadlock_free);
}

void expect_round_trip(const Schedule& schedule) {
  SCOPED_TRACE(std::string(name_of(schedule.collective())) + " " + schedule.name() + ", " +
               std::to_string(schedule.ranks()) + " ranks");
  const RecordedSchedule recorded = record(schedule);
  const std::string text = write_schedule_text(recorded);
  const RecordedSchedule read = read_schedule_text(text, "text");
  EXPECT_EQ(write_schedule_text(read), text);
  EXPECT_EQ(read.collective, schedule.collective());
  EXPECT_EQ(read.algorithm, schedule.name());
  EXPECT_EQ(read.root, schedule.root());
  EXPECT_EQ(read.commutative, schedule.commutative());
  ASSERT_EQ(read.programs.size(), recorded.programs.size());
  for (std::size_t rank = 0; rank < read.programs.size(); ++rank) {
    expect_same(recorded.programs[rank], read.programs[rank]);
  }
  expect_same(verify(schedule), verify(schedule_of(read)));
}

TEST(ScheduleText, RoundTripsTheWholeCatalogue) {
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : {1, 2, 3, 4, 6, 7, 8, 12, 17}) {
      Placement::Level node{.name = "node", .group_of = {}};
      for (Rank rank = 0; rank < ranks; ++rank) {
        node.group_of.push_back(rank / 3);
      }
      const Placement placement({node});
      const Schedule::Request request{.ranks = ranks, .root = ranks / 2, .placement = &placement};
      if (why_not(*algorithm, request).empty()) {
        expect_round_trip(Schedule(*algorithm, request));
      }
    }
  }
}

TEST(ScheduleText, RoundTripsLanesInsideLanes) {
  for (const char* const text : {"lanes(2, lanes(3, ring))", "lanes(2, then(lanes(2, ring), ring))"}) {
    expect_round_trip(Schedule(built_in_library(), Collective::kAllreduce, parse_expression(text), {.ranks = 5}));
  }
}

TEST(ScheduleText, KeepsThePromiseOfOrder) {
  const Schedule schedule(allreduce_recursive_doubling, {.ranks = 6, .commutative = false});
  expect_round_trip(schedule);
  EXPECT_THAT(write_schedule_text(record(schedule)), HasSubstr("\noperator any\n"));
}

TEST(ScheduleText, IsCanonicalHoweverChunkSetsWereMade) {
  const auto text_of = [](const ChunkSet& chunks) {
    RecordedSchedule schedule;
    schedule.chunks = 20;
    schedule.programs.resize(1);
    schedule.programs[0].steps.push_back({.operations = {copy(chunks, 0, 1)}, .lines = {}, .lanes = {}});
    return write_schedule_text(schedule);
  };
  const std::vector<ChunkInterval> pieces{{0, 1}, {1, 1}, {4, 2}, {8, 2}};
  EXPECT_THAT(text_of(ChunkSet::list(pieces)), HasSubstr("copy 0-1+4x3 from 0 to 1"));
  EXPECT_EQ(text_of(ChunkSet::list(pieces)), text_of(ChunkSet::strided(0, 2, 4, 3)));
  EXPECT_THAT(text_of(ChunkSet::cyclic(18, 5, 20)), HasSubstr("copy 18-19,0-2 from"));
  EXPECT_THAT(text_of(ChunkSet::strided(1, 1, 2, 2)), HasSubstr("copy 1,3 from"));
}

constexpr const char* kHead =
    "ringwood.schedule/1\ncollective allreduce\nranks 2\nroot 0\nchunks 4\noperator commutative\n";

struct Wrong {
  const char* name;
  std::string text;
  const char* message;
};

class WrongText : public testing::TestWithParam<Wrong> {};

TEST_P(WrongText, IsNamedWithItsPlace) {
  try {
    static_cast<void>(read_schedule_text(GetParam().text, "x.txt", {.ranks = 100, .operations = 3, .cells = 1000}));
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_THAT(error.what(), HasSubstr(GetParam().message));
  }
}

Wrong after_head(const char* name, const std::string& rest, const char* message) {
  return {name, kHead + rest, message};
}

INSTANTIATE_TEST_SUITE_P(
    Texts, WrongText,
    testing::Values(
        Wrong{"empty", "", "x.txt:1:1: expected 'ringwood.schedule/1', found nothing more"},
        Wrong{"version", "ringwood.schedule/2\n", "x.txt:1:1: expected 'ringwood.schedule/1', found"},
        Wrong{"collective", "ringwood.schedule/1\ncollective allredcue\n",
              "x.txt:2:12: expected a collective (allreduce"},
        Wrong{"many_ranks", "ringwood.schedule/1\ncollective allreduce\nranks 101\n",
              "x.txt:3:7: expected a number of ranks from 1 to 100, found '101'"},
        Wrong{"root", "ringwood.schedule/1\ncollective reduce\nranks 2\nroot 2\n",
              "x.txt:4:6: expected a rank from 0 to 1, found '2'"},
        Wrong{"blocks", "ringwood.schedule/1\ncollective allgather\nranks 2\nroot 0\nchunks 3\noperator any\nrank 0\n",
              "a multiple of 2"},
        Wrong{"cells", "ringwood.schedule/1\ncollective allreduce\nranks 2\nroot 0\nchunks 501\noperator any\nrank 0\n",
              "501 chunks on 2 ranks; accepted: at most 1000"},
        Wrong{"twice", "ringwood.schedule/1\ncollective allreduce\nranks 2\nranks 2\n", "x.txt:4:1: expected 'root'"},
        after_head("rank_twice", "rank 0\nrank 0\n", "x.txt:8:6: expected the next rank, from 1 to 1, found '0'"),
        after_head("rank_missing", "rank 0\n", "expected 'rank', found nothing more"),
        after_head("third_rank", "rank 0\nrank 1\nrank 2\n", "x.txt:9:1: expected the end of the file, found 'rank'"),
        after_head("peer", "rank 0\nround\nsend 2 0\n", "x.txt:9:6: expected a rank from 0 to 1, found '2'"),
        after_head("itself", "rank 0\nround\nsend 0 0\n", "x.txt:9:6: expected another rank, found '0'"),
        after_head("chunk", "rank 0\nround\nsend 1 4\n", "x.txt:9:8: expected chunks from 0 to 3"),
        after_head("backwards", "rank 0\nround\nsend 1 3-2\n", "x.txt:9:8: expected chunks from 0 to 3"),
        after_head("stride", "rank 0\nround\nsend 1 0+2x3\n", "x.txt:9:8: expected chunks from 0 to 3"),
        after_head("huge_stride", "rank 0\nround\nsend 1 0+1x9223372036854775807\n", "expected chunks from 0 to 3"),
        after_head("side", "rank 0\nround\nreceive-reduce 1 0 top\n", "x.txt:9:20: expected 'left' or 'right'"),
        after_head("plane", "rank 0\nround\ncopy 0 from 0 to 256\n", "x.txt:9:18: expected a plane from 0 to 255"),
        after_head("more", "rank 0\nround\nsend 1 0 0\n", "x.txt:9:10: expected the end of the line, found '0'"),
        after_head("operation", "rank 0\nround\nput 1 0\n", "x.txt:9:1: expected an operation"),
        after_head("no_round", "rank 0\nsend 1 0\n", "x.txt:8:1: expected an operation, 'round'"),
        after_head("no_lane", "rank 0\nfork\nround\n", "x.txt:9:1: expected 'lane'"),
        after_head("no_join", "rank 0\nfork\nlane\nrank 1\n", "x.txt:10:1: expected an operation"),
        after_head("operations", "rank 0\nround\nsend 1 0\nsend 1 0\nsend 1 0\nsend 1 0\n", "more operations than 3"),
        after_head("planes",
                   "rank 0\nround\ncopy 0 from 0 to 1\nrank 1\nround\ncopy 0 from 1 to 2 # comment\ncopy 0 from 0 7\n",
                   "x.txt:13:15: expected 'to', found '7'")),
    [](const testing::TestParamInfo<Wrong>& wrong) { return wrong.param.name; });

TEST(ScheduleText, LimitsBytes) {
  EXPECT_THROW(static_cast<void>(read_schedule_text(kHead, "x", {.bytes = 10})), Error);
}

TEST(ScheduleText, LimitsScratch) {
  const std::string text =
      "ringwood.schedule/1\ncollective broadcast\nranks 1\nroot 0\nchunks 400\noperator any\n"
      "rank 0\nround\ncopy 0 from 0 to 1\ncopy 0 from 0 to 2\n";
  EXPECT_NO_THROW(static_cast<void>(read_schedule_text(text, "x", {.cells = 1200})));
  EXPECT_THROW(static_cast<void>(read_schedule_text(text, "x", {.cells = 1199})), Error);
}

TEST(ScheduleText, ReadsWhatPeopleWrite) {
  const RecordedSchedule schedule = read_schedule_text(
      "# by hand\r\nringwood.schedule/1\r\n\r\ncollective allreduce\nranks 2\nroot 0\nchunks 1\noperator any\n"
      "rank 0\nround # exchange\n\tsend 1 0\n receive-reduce 1 0 right\nrank 1\nround\nsend 0 0\nreceive-reduce 0 0 "
      "left",
      "x");
  const VerifyReport report = verify(schedule_of(schedule));
  EXPECT_TRUE(report.ok) << report.error;
  EXPECT_TRUE(report.keeps_order);
  EXPECT_EQ(report.rounds, 1);
}

TEST(ScheduleText, VerifierNamesTheLine) {
  const RecordedSchedule schedule = read_schedule_text(std::string(kHead) +
                                                           "rank 0\nround\nsend 1 0-3\nround\nsend 1 0\n"
                                                           "rank 1\nround\nreceive-reduce 0 0-3 left\nround\n"
                                                           "receive-reduce 0 0 left\n",
                                                       "x");
  const VerifyReport report = verify(schedule_of(schedule));
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.error, HasSubstr("rank 1, round 1"));
  EXPECT_THAT(report.error, HasSubstr("line 16"));
}

TEST(Recorded, RefusesOtherProblems) {
  const RecordedSchedule schedule = record(Schedule(allreduce_ring, {.ranks = 4}));
  const Algorithm& algorithm = recorded_algorithm(Collective::kAllreduce);
  EXPECT_EQ(why_not(algorithm, {.ranks = 4, .recorded = &schedule}), "");
  EXPECT_THAT(why_not(algorithm, {.ranks = 5, .recorded = &schedule}), HasSubstr("recorded for 4 ranks"));
  EXPECT_THAT(why_not(algorithm, {.ranks = 4, .commutative = false, .recorded = &schedule}), HasSubstr("commutative"));
  EXPECT_THAT(why_not(algorithm, {.ranks = 4}), HasSubstr("needs a recorded schedule"));
  EXPECT_THAT(why_not(recorded_algorithm(Collective::kReduce), {.ranks = 4, .recorded = &schedule}),
              HasSubstr("recorded for allreduce"));
}

}  // namespace
}  // namespace ringwood
