// Speed and memory of the simulator, without use of symmetry: messages a second, bytes a rank.

#include <benchmark/benchmark.h>

#include <numeric>
#include <string>

#include "algorithms/catalogue.hpp"
#include "schedule/layouts.hpp"
#include "sim/simulate.hpp"

namespace ringwood {

namespace {

/// items: messages, cold: programs are made anew in every iteration. The argument is the number of ranks.
void simulate_schedule(benchmark::State& state, const Algorithm& algorithm, Bytes elements) {
  const auto ranks = static_cast<Rank>(state.range(0));
  const Schedule schedule(algorithm, {.ranks = ranks});
  const Layout layout = equal_layout(schedule, elements, 4);
  const Machine machine = make_machine("crossbar:hosts=" + std::to_string(ranks));
  Mapping mapping(static_cast<std::size_t>(ranks));
  std::iota(mapping.begin(), mapping.end(), Host{0});
  std::int64_t messages = 0;
  for (auto _ : state) {
    const SimulationReport report = simulate(schedule, layout, machine, mapping, {});
    messages += report.messages;
    state.counters["bytes_per_rank"] = static_cast<double>(report.memory) / static_cast<double>(ranks);
  }
  state.SetItemsProcessed(messages);
}

constexpr Bytes kElements = 1 << 24;

BENCHMARK_CAPTURE(simulate_schedule, ring, allreduce_ring, kElements)
    ->Arg(1 << 10)
    ->Arg(1 << 12)
    ->Unit(benchmark::kMillisecond);

void powers_of_two(benchmark::internal::Benchmark* benchmark) {
  for (const int exponent : {10, 12, 16, 20}) {
    benchmark->Arg(std::int64_t{1} << exponent);
  }
  benchmark->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(simulate_schedule, recursive_halving, reduce_scatter_recursive_halving, kElements)
    ->Apply(powers_of_two);
BENCHMARK_CAPTURE(simulate_schedule, rabenseifner, allreduce_rabenseifner, kElements)->Apply(powers_of_two);
BENCHMARK_CAPTURE(simulate_schedule, recursive_doubling, allreduce_recursive_doubling, kElements)->Apply(powers_of_two);
BENCHMARK_CAPTURE(simulate_schedule, bruck, allgather_bruck, kElements)->Apply(powers_of_two);
BENCHMARK_CAPTURE(simulate_schedule, binomial, allreduce_binomial, kElements)->Apply(powers_of_two);
/// Forks in two lanes a rank, which takes the event queue.
BENCHMARK_CAPTURE(simulate_schedule, double_tree, allreduce_double_tree, kElements)
    ->Arg(1 << 10)
    ->Arg(1 << 12)
    ->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace ringwood
