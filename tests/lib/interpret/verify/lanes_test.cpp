// Lanes inside lanes: what one touches, another must leave alone, however deep they lie.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ringwood/recorded.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

using testing::HasSubstr;

ChunkSet chunk(Chunk index) {
  return ChunkSet::interval(index, 1);
}

RecordedStep round(const Operation& operation) {
  return {.operations = {operation}, .lines = {}, .lanes = {}};
}

RecordedStrand strand(std::vector<RecordedStep> steps) {
  return {.steps = std::move(steps)};
}

RecordedStep fork(std::vector<RecordedStrand> lanes) {
  return {.operations = {}, .lines = {}, .lanes = std::move(lanes)};
}

/// One rank, which holds all from the start, with four chunks and scratch.
VerifyReport verify_alone(std::vector<RecordedStep> steps) {
  RecordedSchedule schedule;
  schedule.chunks = 4;
  schedule.programs.push_back(strand(std::move(steps)));
  return verify(schedule_of(schedule));
}

RecordedStrand copies(Chunk index, Plane into = 1) {
  return strand({round(copy(chunk(index), 0, into))});
}

TEST(NestedLanes, MayTouchDifferentChunks) {
  const VerifyReport report =
      verify_alone({fork({strand({fork({copies(0), copies(1)})}), strand({fork({copies(2), copies(3)})})})});
  EXPECT_TRUE(report.ok) << report.error;
}

TEST(NestedLanes, ConflictWithinAnInnerFork) {
  const VerifyReport report =
      verify_alone({fork({strand({fork({copies(0), copies(0)})}), strand({fork({copies(2), copies(3)})})})});
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.error, HasSubstr("lanes 0 and 2 both touch chunk 0 of plane 1"));
}

TEST(NestedLanes, ConflictBetweenLanesOfDifferentForks) {
  const VerifyReport report =
      verify_alone({fork({strand({fork({copies(0), copies(1)})}), strand({fork({copies(1), copies(3)})})})});
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.error, HasSubstr("lanes 0 and 1 both touch chunk 1 of plane 1"));
}

TEST(NestedLanes, ConflictBetweenALaneAndALaneInsideAnother) {
  const VerifyReport report =
      verify_alone({fork({strand({fork({copies(0), copies(1)}), round(copy(chunk(2), 0, 1))}), copies(0)})});
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.error, HasSubstr("both touch chunk 0 of plane 1"));
}

TEST(NestedLanes, MayBothRead) {
  const VerifyReport report = verify_alone({fork({copies(0, 1), copies(0, 2)})});
  EXPECT_TRUE(report.ok) << report.error;
}

TEST(NestedLanes, ConflictOfAReaderWithAWriter) {
  const VerifyReport report =
      verify_alone({round(copy(chunk(0), 0, 1)), fork({copies(0, 2), strand({round(copy(chunk(0), 1, 0))})})});
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.error, HasSubstr("both touch chunk 0 of plane 0"));
}

TEST(NestedLanes, AJoinPutsForksInOrder) {
  const VerifyReport report = verify_alone({fork({copies(0), copies(1)}), fork({copies(1), copies(0)})});
  EXPECT_TRUE(report.ok) << report.error;
}

}  // namespace
}  // namespace ringwood
