// Speed of the coroutine form itself: making programs, pulling rounds out of them, and compiling them to plans.

#include <benchmark/benchmark.h>

#include <vector>

#include "algorithms/catalogue.hpp"
#include "ringwood/layouts.hpp"
#include "schedule/plan.hpp"

namespace ringwood {

namespace {

/// items: programs, each made, and one round pulled from it.
void make_programs(benchmark::State& state) {
  const auto ranks = static_cast<Rank>(state.range(0));
  const Schedule schedule(allreduce_ring, {.ranks = ranks});
  for (auto _ : state) {
    const ScheduleInstance instance(schedule);
    std::vector<Program> programs;
    programs.reserve(static_cast<std::size_t>(ranks));
    for (Rank rank = 0; rank < ranks; ++rank) {
      programs.push_back(instance.program(rank));
      programs.back().advance();
      benchmark::DoNotOptimize(programs.back().round().data());
    }
    state.counters["frame_bytes"] = static_cast<double>(instance.reserved()) / static_cast<double>(ranks);
  }
  state.SetItemsProcessed(state.iterations() * ranks);
}

BENCHMARK(make_programs)->Arg(1 << 20)->Unit(benchmark::kMillisecond);

/// items: rounds, of all ranks in turn.
void pull_ring_rounds(benchmark::State& state) {
  const auto ranks = static_cast<Rank>(state.range(0));
  const Schedule schedule(allreduce_ring, {.ranks = ranks});
  std::int64_t rounds = 0;
  for (auto _ : state) {
    const ScheduleInstance instance(schedule);
    std::vector<Program> programs;
    programs.reserve(static_cast<std::size_t>(ranks));
    for (Rank rank = 0; rank < ranks; ++rank) {
      programs.push_back(instance.program(rank));
    }
    for (bool going = true; going;) {
      for (Program& program : programs) {
        going = program.advance() == Step::kRound;
        if (going) {
          benchmark::DoNotOptimize(program.round().data());
          ++rounds;
        }
      }
    }
  }
  state.SetItemsProcessed(rounds);
}

BENCHMARK(pull_ring_rounds)->Arg(4096)->Unit(benchmark::kMillisecond);

/// One rank's plan, as a communicator makes it for its first call of a size.
void compile_ring(benchmark::State& state) {
  const auto ranks = static_cast<Rank>(state.range(0));
  const Schedule schedule(allreduce_ring, {.ranks = ranks});
  const Layout layout = equal_layout(schedule, Bytes{1} << 30, 8);
  for (auto _ : state) {
    const Plan plan = compile(schedule, layout, 1);
    benchmark::DoNotOptimize(plan.scratch_bytes());
  }
}

BENCHMARK(compile_ring)->Arg(16)->Arg(4096)->Unit(benchmark::kMicrosecond);

}  // namespace

}  // namespace ringwood
