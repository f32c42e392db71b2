// what the levels of reproducibility promise (VerifyReport::reproducibility) holds for sums of doubles whose
// bits depend on any change of order, under a hostile scheduler: the same bits on all ranks, in every run, whatever the
// size, the placement, the number of ranks. RC_PARAMS says how many problems.

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdio>

#include "ringwood/layouts.hpp"
#include "ringwood/threads.hpp"
#include "ringwood/verify.hpp"
#include "tests/random_problem.hpp"

namespace ringwood {
namespace {

/// Of rank `rank` element `index`: signs and sizes mixed, so that another order rounds otherwise.
double value(Rank rank, std::size_t index, std::uint64_t seed) {
  std::uint64_t mixed = seed * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(rank) * 0xBF58476D1CE4E5B9U + index;
  mixed = (mixed ^ (mixed >> 30U)) * 0x94D049BB133111EBU;
  mixed ^= mixed >> 31U;
  const double fraction = 1.0 + static_cast<double>(mixed % 1'000'003) / 1'000'003.0;
  return std::ldexp(mixed % 2 == 0 ? fraction : -fraction, static_cast<int>((mixed >> 40U) % 30));
}

/// The aligned tree of ranks first .. first + width - 1, as far as they are there; `width` is a power of two.
double aligned_sum(Rank first, Rank width, Rank ranks, std::size_t index, std::uint64_t seed) {
  if (width == 1) {
    return value(first, index, seed);
  }
  const Rank half = width / 2;
  const double left = aligned_sum(first, half, ranks, index, seed);
  return first + half >= ranks ? left : left + aligned_sum(first + half, half, ranks, index, seed);
}

struct Results {
  std::string error;
  std::vector<std::vector<std::uint64_t>> bits;  // of each rank what it ends with
};

/// What a run of `elements` gives. Blocks, where there are any, are those of the layout.
Results run(const Schedule& schedule, std::size_t elements, std::uint64_t seed, std::uint64_t disorder) {
  const Reduction sum = *built_in_reduction(ElementType::kDouble, ReduceOperator::kSum);
  const auto ranks = static_cast<std::size_t>(schedule.ranks());
  std::vector<std::vector<double>> in(ranks, std::vector<double>(elements));
  std::vector<std::vector<double>> out(ranks, std::vector<double>(elements));
  std::vector<RankBuffers> buffers;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    for (std::size_t i = 0; i < elements; ++i) {
      in[rank][i] = value(static_cast<Rank>(rank), i, seed);
    }
    buffers.push_back({std::as_bytes(std::span(in[rank])), std::as_writable_bytes(std::span(out[rank]))});
  }
  const Hostility hostility{.seed = disorder};
  const ThreadsReport report =
      run_on_threads(schedule, equal_layout(schedule, static_cast<Bytes>(elements), sizeof(double)), &sum, buffers,
                     {.eager_limit = static_cast<Bytes>(disorder % 2000),
                      .timeout = std::chrono::seconds(20),
                      .hostility = &hostility});
  Results results{.error = report.error, .bits = {}};
  for (const std::vector<double>& of_rank : out) {
    std::vector<std::uint64_t>& bits = results.bits.emplace_back();
    for (const double one : of_rank) {
      bits.push_back(std::bit_cast<std::uint64_t>(one));
    }
  }
  return results;
}

std::array<int, 6> tried{};
int algorithms_that_differ = 0;

/// Of a whole vector on every rank: what the level promises and is not so; empty: nothing.
std::string broken_promise(const RandomProblem& problem, const Schedule& schedule, int level) {
  const std::size_t elements = 1 + problem.elements % 300;
  const Results first = run(schedule, elements, problem.seed, problem.seed);
  if (!first.error.empty()) {
    return first.error;
  }
  const bool alike =
      std::all_of(first.bits.begin(), first.bits.end(), [&](const auto& one) { return one == first.bits.front(); });
  if (level >= 1 && !alike) {
    return "ranks have other bits";
  }
  if (level >= 2 && run(schedule, elements, problem.seed, problem.seed + 1).bits != first.bits) {
    return "another run has other bits";
  }
  std::vector<std::uint64_t> longer = run(schedule, elements + 1 + problem.seed % 50, problem.seed, 3).bits.front();
  longer.resize(elements);
  if (level >= 3 && longer != first.bits.front()) {
    return "a longer vector has other bits";
  }
  const Placement one_node({{.name = "node", .group_of = std::vector<Rank>(static_cast<std::size_t>(problem.ranks))}});
  if (level >= 4 && run(schedule.placed(&one_node), elements, problem.seed, 5).bits != first.bits) {
    return "another placement has other bits";
  }
  bool aligned = true;
  const auto width = static_cast<Rank>(std::bit_ceil(static_cast<std::uint32_t>(problem.ranks)));
  for (std::size_t i = 0; i < elements; ++i) {
    const double expected = aligned_sum(0, width, problem.ranks, i, problem.seed);
    aligned = aligned && std::bit_cast<std::uint64_t>(expected) == first.bits.front()[i];
  }
  if (level == 5 && !aligned) {
    return "not the bits of the aligned tree";
  }
  algorithms_that_differ += aligned ? 0 : 1;
  ++tried[static_cast<std::size_t>(level)];
  return "";
}

std::string wrong(const RandomProblem& problem) {
  if (problem.collective != Collective::kAllreduce || problem.matrices()) {
    return "";
  }
  const Placement placement = problem.placement();
  const MaybeSchedule maybe = schedule_of(problem, placement);
  return maybe.schedule ? broken_promise(problem, *maybe.schedule, verify(*maybe.schedule).reproducibility) : "";
}

TEST(Reproducible, bits_are_as_the_level_promises) {
  EXPECT_TRUE(check_random_problems("levels", 0, "test.lib.interpret.threads.reproducible", wrong));
  std::printf("cases of level 0 to 5:");
  for (const int cases : tried) {
    std::printf(" %d", cases);
  }
  std::printf("; in %d the bits are not those of the aligned tree\n", algorithms_that_differ);
  EXPECT_TRUE(std::getenv("RINGWOOD_CASE") != nullptr || algorithms_that_differ > 5);  // the numbers tell orders apart
}

}  // namespace
}  // namespace ringwood
