// Random problems, by threads in one process under a hostile scheduler, against a sequential reference. RC_PARAMS says
// how many and from which seed: RC_PARAMS="max_success=100000 seed=7".

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ringwood/layouts.hpp"
#include "ringwood/threads.hpp"
#include "ringwood/verify.hpp"
#include "tests/random_problem.hpp"

namespace ringwood {
namespace {

/// What a run without faults does wrong; empty: nothing.
std::string wrong(const RandomProblem& problem) {
  const Placement placement = problem.placement();
  const MaybeSchedule maybe = schedule_of(problem, placement);
  if (!maybe.schedule) {
    return maybe.why_not.empty() ? "refused without a reason" : "";
  }
  const Schedule& schedule = *maybe.schedule;
  const ValueKind kind = problem.kind();
  std::vector<RankCase> cases;
  for (Rank rank = 0; rank < problem.ranks; ++rank) {
    cases.emplace_back(kind, problem.asked(), rank, problem.ranks);
  }
  std::vector<RankBuffers> buffers;
  for (RankCase& one : cases) {
    buffers.push_back({one.send(), one.receive()});
  }
  const Hostility hostility{.seed = problem.seed};
  const Layout layout = equal_layout(schedule, static_cast<Bytes>(problem.elements), kind.reduction.element_size);
  const ThreadsReport report =
      run_on_threads(schedule, layout, contract_of(problem.collective).reduces ? &kind.reduction : nullptr, buffers,
                     {.in_place = problem.in_place,
                      .synchronous = problem.seed % 5 == 0,
                      .eager_limit = static_cast<Bytes>(problem.seed % 4096),
                      .timeout = std::chrono::seconds(20),
                      .hostility = &hostility});
  if (!report.ok) {
    return report.error;
  }
  for (const RankCase& one : cases) {
    if (const std::string found = one.wrong(); !found.empty()) {
      return found + ", " + kind.name;
    }
  }
  return "";
}

TEST(RandomProblems, are_done_right_by_threads) {
  EXPECT_TRUE(check_random_problems("threads", 0, "test.lib.interpret.threads.random_problems", wrong));
}

TEST(RandomProblems, are_proved) {
  const auto unproved = [](const RandomProblem& problem) -> std::string {
    const Placement placement = problem.placement();
    const MaybeSchedule maybe = schedule_of(problem, placement);
    return maybe.schedule ? verify(*maybe.schedule).error : "";
  };
  EXPECT_TRUE(check_random_problems("proofs", 0, "test.lib.interpret.threads.random_problems", unproved));
}

/// What all ranks get of sums that depend on their order, rank after rank.
std::vector<std::vector<double>> sums_of(const Schedule& schedule, std::uint64_t seed) {
  constexpr std::size_t kElements = 257;
  const Reduction sum = *built_in_reduction(ElementType::kDouble, ReduceOperator::kSum);
  const auto ranks = static_cast<std::size_t>(schedule.ranks());
  std::vector<std::vector<double>> in(ranks, std::vector<double>(kElements));
  std::vector<std::vector<double>> out = in;
  std::vector<RankBuffers> buffers;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    for (std::size_t i = 0; i < kElements; ++i) {
      in[rank][i] = (rank % 2 == 0 ? 1 : -1) * std::ldexp(1.0 + static_cast<double>((rank * 37 + i * 11) % 97) / 97.0,
                                                          static_cast<int>((rank * 7 + i) % 40));
    }
    buffers.push_back({std::as_bytes(std::span(in[rank])), std::as_writable_bytes(std::span(out[rank]))});
  }
  const Hostility hostility{.seed = seed};
  const ThreadsReport report = run_on_threads(schedule, equal_layout(schedule, kElements, sizeof(double)), &sum,
                                              buffers, {.eager_limit = 64, .hostility = &hostility});
  EXPECT_TRUE(report.ok) << report.error;
  return out;
}

// R-21, and of R-04 that what the proof says of bits is so.
TEST(RandomProblems, the_same_bits_each_time) {
  int alike = 0;
  int not_alike = 0;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : {3, 8}) {
      if (algorithm->collective != Collective::kAllreduce || !why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
      const Schedule schedule(*algorithm, {.ranks = ranks});
      const auto first = sums_of(schedule, 1);
      for (std::uint64_t seed = 2; seed < 4; ++seed) {
        EXPECT_EQ(sums_of(schedule, seed), first) << algorithm->name << " on " << ranks << " ranks";
      }
      const bool same = std::all_of(first.begin(), first.end(), [&](const auto& one) { return one == first.front(); });
      if (verify(schedule).same_bits) {
        EXPECT_TRUE(same) << algorithm->name << " on " << ranks << " ranks: proved to give all ranks the same bits";
      }
      ++(same ? alike : not_alike);
    }
  }
  EXPECT_GT(alike, 20);
  EXPECT_GT(not_alike, 0);  // the numbers tell orders apart
}

}  // namespace
}  // namespace ringwood
