// A rank that fails ends the run of all: nobody hangs, and the report says who was first and where.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/threads.hpp"

namespace ringwood {

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr Bytes kElements = 40;

ThreadsReport run(const Schedule& schedule, const Reduction& reduction, const ThreadsOptions& options) {
  const auto ranks = static_cast<std::size_t>(schedule.ranks());
  const Layout layout = equal_layout(schedule, kElements, reduction.element_size);
  const auto bytes = static_cast<std::size_t>(layout.total_bytes());
  const std::vector<std::vector<std::byte>> send(ranks, std::vector<std::byte>(bytes));
  std::vector<std::vector<std::byte>> receive(ranks, std::vector<std::byte>(bytes));
  std::vector<RankBuffers> buffers;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    buffers.push_back({send[rank], receive[rank]});
  }
  return run_on_threads(schedule, layout, &reduction, buffers, options);
}

Reduction sum() {
  return built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value();
}

Algorithm broken(Program (*program)(const Problem&, Rank)) {
  return {.name = "broken",
          .collective = Collective::kAllreduce,
          .cost = "",
          .reference = "none",
          .needs = {},
          .program = program};
}

/// Lets so many calls through.
struct Fuse {
  mutable std::atomic<int> left;
};

void burn(const std::byte*, const std::byte*, std::byte*, std::size_t, const void* fuse) {
  if (static_cast<const Fuse*>(fuse)->left.fetch_sub(1) == 0) {
    throw std::runtime_error("the operator gave up");
  }
}

TEST(Failure, an_operator_that_throws) {
  for (const std::string text : {"ring", "lanes(3, ring)", "recursive-doubling"}) {
    for (const bool synchronous : {false, true}) {
      SCOPED_TRACE(text);
      const Schedule schedule(built_in_library(), Collective::kAllreduce, parse_expression(text), {.ranks = 4});
      const Fuse fuse{5};
      const Reduction reduction{.apply = burn, .context = &fuse, .element_size = 4, .commutative = true};
      const ThreadsReport report = run(schedule, reduction, {.synchronous = synchronous});
      EXPECT_FALSE(report.ok);
      EXPECT_THAT(report.error, AllOf(StartsWith("rank "), HasSubstr("the operator gave up")));
      ASSERT_EQ(report.errors.size(), 4U);
      for (const std::string& error : report.errors) {
        // A rank that had all it needed ends well; nobody waits until the deadline.
        EXPECT_TRUE(error.empty() || error == report.error || error.find("another rank failed") != std::string::npos)
            << error;
      }
    }
  }
}

Program waits_for_nothing(const Problem& problem, Rank me) {
  if (me == 2) {
    const Round round{receive(0, problem.whole())};
    co_yield round;
  } else {
    const Round round{receive(2, problem.whole())};
    co_yield round;
  }
}

TEST(Failure, a_message_that_nobody_sends) {
  const Algorithm algorithm = broken(waits_for_nothing);
  const ThreadsReport report =
      run(Schedule(algorithm, {.ranks = 3}), sum(), {.timeout = std::chrono::milliseconds(20)});
  EXPECT_FALSE(report.ok);
  EXPECT_THAT(report.error, MatchesRegex("rank [012], round 0: no answer: receive from rank [02], lane 0"));
  for (const std::string& error : report.errors) {
    EXPECT_FALSE(error.empty());
  }
}

Program exchange(const Problem& problem, Rank peer, bool answers) {
  for (int round = 0; round < 3; ++round) {
    if (answers || round < 2) {
      const Round both{send(peer, problem.whole()), receive(peer, problem.whole())};
      co_yield both;
    } else {
      const Round half{receive(peer, problem.whole())};
      co_yield half;
    }
  }
}

Program one_lane_falls_silent(const Problem& problem, Rank me) {
  const Problem half = problem.part_of(problem.ranks, problem.chunks / 2);
  std::vector<Program> lanes;
  for (Chunk lane = 0; lane < 2; ++lane) {
    lanes.push_back(
        on(RankMap::identity(), {.offset = lane * half.chunks}, exchange(half, 1 - me, lane == 0 || me == 0)));
  }
  co_yield Lanes{std::move(lanes)};
}

TEST(Failure, names_lane_and_round) {
  const Algorithm algorithm = broken(one_lane_falls_silent);
  const ThreadsReport report =
      run(Schedule(algorithm, {.ranks = 2}), sum(), {.timeout = std::chrono::milliseconds(20)});
  EXPECT_EQ(report.error, "rank 0, lane 1, round 2: no answer: receive from rank 1, lane 1");
}

Program disagrees_on_sizes(const Problem& problem, Rank me) {
  if (me == 0) {
    const Round round{send(1, problem.whole())};
    co_yield round;
  } else if (me == 1) {
    const Round round{receive(0, problem.part(0, 3))};
    co_yield round;
    const Round later{send(2, problem.whole())};
    co_yield later;
  } else {
    const Round round{receive(1, problem.whole())};
    co_yield round;
  }
}

TEST(Failure, a_message_of_another_size) {
  for (const bool synchronous : {false, true}) {
    const Algorithm algorithm = broken(disagrees_on_sizes);
    const ThreadsReport report = run(Schedule(algorithm, {.ranks = 3}), sum(), {.synchronous = synchronous});
    EXPECT_FALSE(report.ok);
    EXPECT_THAT(report.error, HasSubstr("round 0: a message of 160 bytes met a receive of 56 bytes"));
    EXPECT_THAT(report.errors[2], HasSubstr("another rank failed"));
  }
}

TEST(Failure, wrong_buffers_are_refused_before_anything_runs) {
  const Schedule schedule(allreduce_ring, {.ranks = 2});
  const Reduction reduction = sum();
  const Layout layout = equal_layout(schedule, kElements, reduction.element_size);
  std::vector<std::byte> memory(160);
  const std::vector<RankBuffers> one(1, {memory, memory});
  EXPECT_THROW((void)run_on_threads(schedule, layout, &reduction, one), Error);
  const std::vector<RankBuffers> small(2, {memory, std::span(memory).first(159)});
  EXPECT_THROW((void)run_on_threads(schedule, layout, &reduction, small), Error);
}

}  // namespace

}  // namespace ringwood
