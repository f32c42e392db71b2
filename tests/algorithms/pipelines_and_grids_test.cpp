// Counts of what the reference has no table for: the broadcasts and reduces of fewest rounds, and Swing on grids; and
// with whom Trivance begins.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <sstream>
#include <string>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/circulant.hpp"
#include "ringwood/error.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

Parameters with(const std::string& name, std::vector<std::int64_t> values) {
  Parameters parameters;
  parameters.set(name, std::move(values));
  return parameters;
}

TEST(Circulant, TakesTheFewestRoundsThatOnePortAllows) {
  for (Rank p = 2; p <= 40; ++p) {
    for (const Chunk blocks : {1, 2, 3, 5, 8, 13}) {
      for (const Algorithm* const algorithm : {&broadcast_circulant, &reduce_circulant}) {
        const VerifyReport report =
            verify(Schedule(*algorithm, {.ranks = p, .root = p / 3}, with("segments", {blocks})));
        SCOPED_TRACE(std::string(name_of(algorithm->collective)) + " of " + std::to_string(blocks) + " blocks, " +
                     std::to_string(p) + " ranks");
        EXPECT_TRUE(report.ok) << report.error;
        EXPECT_EQ(report.rounds, blocks - 1 + doublings(p));
        EXPECT_EQ(report.ports, 1);
        EXPECT_EQ(report.messages, blocks * (p - 1));
        EXPECT_EQ(report.sent_total, blocks * (p - 1));
      }
    }
  }
}

TEST(Bine, ReducesInTheRoundsOfItsBroadcast) {
  for (Rank p = 2; p <= 64; p *= 2) {
    for (const Rank root : {Rank{0}, p / 2, p - 1}) {
      const VerifyReport report = verify(Schedule(reduce_bine, {.ranks = p, .root = root}));
      EXPECT_TRUE(report.ok) << report.error;
      EXPECT_EQ(report.rounds, doublings(p));
      EXPECT_EQ(report.messages, p - 1);
    }
  }
}

// Any first distance that 3 does not divide would do, but who is near comes first.
TEST(Trivance, SwapsWithNeighboursFirst) {
  const Schedule schedule(allreduce_trivance, {.ranks = 9});
  const ScheduleInstance instance(schedule);
  Program program = instance.program(1);
  for (const std::vector<Rank>& peers : {std::vector<Rank>{2, 0}, std::vector<Rank>{4, 7}}) {
    ASSERT_EQ(program.advance(), Step::kRound);
    EXPECT_EQ(program.round()[0].peer, peers[0]);
    EXPECT_EQ(program.round()[1].peer, peers[1]);
  }
  EXPECT_EQ(program.advance(), Step::kEnd);
}

TEST(SwingOnGrids, IsOfOptimalVolume) {
  for (const std::vector<std::int64_t>& dims : std::vector<std::vector<std::int64_t>>{
           {8}, {2, 2}, {4, 4}, {2, 8}, {8, 4}, {4, 2, 4}, {2, 2, 2, 2}, {6}, {6, 4}, {4, 6}, {10, 6}, {2, 6, 2}}) {
    const auto p = static_cast<Rank>(std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>()));
    std::int64_t rounds = 0;
    for (const std::int64_t side : dims) {
      rounds += doublings(static_cast<Rank>(side));
    }
    for (const Algorithm* const algorithm : {&reduce_scatter_swing, &allgather_swing, &allreduce_swing}) {
      const VerifyReport report = verify(Schedule(*algorithm, {.ranks = p}, with("dims", dims)));
      SCOPED_TRACE(std::string(name_of(algorithm->collective)) + " on " + std::to_string(p) + " ranks, first side " +
                   std::to_string(dims.front()));
      const int halves = algorithm == &allreduce_swing ? 2 : 1;
      EXPECT_TRUE(report.ok) << report.error;
      EXPECT_EQ(report.rounds, halves * rounds);
      EXPECT_EQ(report.ports, 1);
      EXPECT_EQ(report.sent_max * p, halves * (p - 1) * report.chunks);
    }
  }
}

TEST(Grids, CopiesUseAllPorts) {
  for (const std::string grid : {"8", "4x4", "2x8", "4x2x4", "6x4", "10", "16x2"}) {
    const auto dimensions = std::count(grid.begin(), grid.end(), 'x') + 1;
    Rank p = 1;
    std::istringstream sides(grid);
    for (std::string side; std::getline(sides, side, 'x');) {
      p *= static_cast<Rank>(std::stoi(side));
    }
    for (const std::string name : {"swing", "bucket"}) {
      for (const auto ports : {dimensions, 2 * dimensions}) {
        const std::string expression = name + ":dims=" + grid + ",ports=" + std::to_string(ports);
        const VerifyReport report =
            verify(Schedule(built_in_library(), Collective::kAllreduce, parse_expression(expression), {.ranks = p}));
        EXPECT_TRUE(report.ok) << expression << report.error;
        EXPECT_EQ(report.sent_max * p, 2 * (p - 1) * report.chunks) << expression;
        // Several copies may meet in the same partner, as on sides of two.
        EXPECT_GE(report.ports, 1) << expression;
        EXPECT_LE(report.ports, ports) << expression;
      }
    }
  }
}

TEST(SwingOnGrids, SwapsWholeVectorsInFewRounds) {
  const VerifyReport report = verify(Schedule(allreduce_swing_latency, {.ranks = 32}, with("dims", {4, 8})));
  EXPECT_TRUE(report.ok) << report.error;
  EXPECT_EQ(report.rounds, 5);
}

TEST(SwingOnGrids, RefusesSidesThatAreNotOfTheRanks) {
  EXPECT_THROW(Schedule(allreduce_swing, {.ranks = 12}, with("dims", {3, 4})), Error);
  EXPECT_THROW(Schedule(allreduce_swing, {.ranks = 12}, with("ports", {3})), Error);
  EXPECT_THROW(Schedule(allreduce_bucket, {.ranks = 12}, with("ports", {5})), Error);
  EXPECT_THROW(Schedule(allreduce_swing, {.ranks = 12}, with("dims", {4, 4})), Error);
  EXPECT_THROW(Schedule(allreduce_swing_latency, {.ranks = 8}, with("dims", {4, 4})), Error);
}

}  // namespace
}  // namespace ringwood
