// One simulation of each algorithm whose ranks send few messages each, every rank evaluated by itself: seconds,
// messages a second, bytes a rank. Benchmarks are named logarithmic/<collective>/<algorithm>/<ranks>, of 1 Mi and of
// 1,000,000 ranks; RINGWOOD_BENCH_RANKS=65536 takes another number of them.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "ringwood/layouts.hpp"
#include "sim/simulate.hpp"

namespace ringwood {

namespace {

/// Of rank `me`, in all lanes; no more than `most` are counted.
std::int64_t operations_of(Program program, std::int64_t most) {
  std::int64_t count = 0;
  for (;;) {
    switch (program.advance()) {
      case Step::kRound:
        count += static_cast<std::int64_t>(program.round().size());
        break;
      case Step::kFork:
        for (Program& lane : program.lanes()) {
          count += operations_of(std::move(lane), most);
        }
        break;
      case Step::kEnd:
        return count;
    }
    if (count > most) {
      return count;
    }
  }
}

/// Whether ranks have no more than a few operations for each doubling of the number of ranks.
bool is_logarithmic(const Algorithm& algorithm, Rank ranks) {
  constexpr std::int64_t kMost = 500;
  const Schedule schedule(algorithm, {.ranks = ranks});
  const ScheduleInstance instance(schedule);
  std::int64_t most = 0;
  for (const Rank rank : {0, 1, ranks / 2, ranks - 1}) {
    most = std::max(most, operations_of(instance.program(rank), kMost));
  }
  return most <= kMost;
}

void logarithmic(benchmark::State& state, const Algorithm& algorithm) {
  const auto ranks = static_cast<Rank>(state.range(0));
  if (!is_logarithmic(algorithm, ranks)) {
    state.SkipWithError("its ranks have many operations each");
    return;
  }
  const Schedule schedule(algorithm, {.ranks = ranks});
  const Layout layout = equal_layout(schedule, 16 * schedule.chunks(), 4);
  const Machine machine = make_machine("crossbar:hosts=" + std::to_string(ranks));
  Mapping mapping(static_cast<std::size_t>(ranks));
  std::iota(mapping.begin(), mapping.end(), Host{0});
  double messages = 0;
  for (auto _ : state) {
    const SimulationReport report = simulate(schedule, layout, machine, mapping, {.symmetry = false});
    messages += static_cast<double>(report.messages);
    state.counters["bytes_per_rank"] = static_cast<double>(report.memory) / static_cast<double>(ranks);
  }
  state.counters["messages"] = benchmark::Counter(messages, benchmark::Counter::kIsRate);
}

std::vector<Rank> numbers_of_ranks() {
  const char* given = std::getenv("RINGWOOD_BENCH_RANKS");
  return given == nullptr ? std::vector<Rank>{1 << 20, 1'000'000} : std::vector<Rank>{std::atoi(given)};
}

void register_all() {
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : numbers_of_ranks()) {
      if (why_not(*algorithm, {.ranks = ranks}).empty()) {
        const std::string name =
            "logarithmic/" + std::string(name_of(algorithm->collective)) + "/" + std::string(algorithm->name);
        benchmark::RegisterBenchmark(name.c_str(), logarithmic, *algorithm)->Arg(ranks)->Unit(benchmark::kMillisecond);
      }
    }
  }
}

}  // namespace

}  // namespace ringwood

int main(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) {
    return 2;
  }
  ringwood::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
