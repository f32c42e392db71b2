// Speed and memory of the simulator: messages a second, bytes a rank. Every engine by itself.

#include <benchmark/benchmark.h>

#include <numeric>
#include <string>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/recorded.hpp"
#include "sim/simulate.hpp"

namespace ringwood {

namespace {

/// items: messages, cold: programs are made anew in every iteration.
void simulate_schedule(benchmark::State& state, const Schedule& schedule, const SimulationOptions& options,
                       Bytes elements = 1 << 24) {
  const Layout layout = equal_layout(schedule, elements, 4);
  const Machine machine = make_machine("crossbar:hosts=" + std::to_string(schedule.ranks()));
  Mapping mapping(static_cast<std::size_t>(schedule.ranks()));
  std::iota(mapping.begin(), mapping.end(), Host{0});
  double messages = 0;
  for (auto _ : state) {
    const SimulationReport report = simulate(schedule, layout, machine, mapping, options);
    messages += static_cast<double>(report.messages);
    state.counters["bytes_per_rank"] = static_cast<double>(report.memory) / static_cast<double>(schedule.ranks());
  }
  state.counters["messages"] = benchmark::Counter(messages, benchmark::Counter::kIsRate);
}

/// The argument is the number of ranks.
void simulate_schedule(benchmark::State& state, const Algorithm& algorithm, const SimulationOptions& options) {
  simulate_schedule(state, Schedule(algorithm, {.ranks = static_cast<Rank>(state.range(0))}), options);
}

/// A schedule as it comes from a file.
void imported(benchmark::State& state, const Algorithm& algorithm) {
  const RecordedSchedule recorded = record(Schedule(algorithm, {.ranks = static_cast<Rank>(state.range(0))}));
  simulate_schedule(state, schedule_of(recorded), {});
}

/// All ranks, without a queue, where chunks are of two sizes.
void data_flow_uneven(benchmark::State& state, const Algorithm& algorithm) {
  const Schedule schedule(algorithm, {.ranks = static_cast<Rank>(state.range(0))});
  simulate_schedule(state, schedule, {.engine = Engine::kDataFlow}, (1 << 24) - 5);
}

/// All ranks, without a queue.
void data_flow(benchmark::State& state, const Algorithm& algorithm) {
  simulate_schedule(state, algorithm, {.engine = Engine::kDataFlow});
}

void event_queue(benchmark::State& state, const Algorithm& algorithm) {
  simulate_schedule(state, algorithm, {.engine = Engine::kEventQueue});
}

/// Written down and evaluated once.
void table(benchmark::State& state, const Algorithm& algorithm) {
  simulate_schedule(state, algorithm, {.engine = Engine::kTable});
}

/// What the CPU gets first is served first, with noise on every CPU.
void first_come(benchmark::State& state, const Algorithm& algorithm) {
  simulate_schedule(state, algorithm,
                    {.order = ServiceOrder::kFirstCome,
                     .engine = Engine::kEventQueue,
                     .noise = parse_noise("exponential:5us@100us", 1)});
}

/// Nine sizes: eight of them in one pass over the table. A message at each size counts.
void nine_sizes(benchmark::State& state, const Algorithm& algorithm) {
  const auto ranks = static_cast<Rank>(state.range(0));
  const Schedule schedule(algorithm, {.ranks = ranks});
  const Machine machine = make_machine("crossbar:hosts=" + std::to_string(ranks));
  Mapping mapping(static_cast<std::size_t>(ranks));
  std::iota(mapping.begin(), mapping.end(), Host{0});
  std::vector<Layout> layouts;
  for (int i = 0; i < 9; ++i) {
    layouts.push_back(equal_layout(schedule, Bytes{1} << (17 + i), 4));
  }
  std::vector<SimulationPoint> points;
  for (const Layout& layout : layouts) {
    points.push_back({&layout, &machine});
  }
  double messages = 0;
  for (auto _ : state) {
    for (const SimulationReport& report : simulate_points(schedule, points, mapping, {.symmetry = false})) {
      messages += static_cast<double>(report.messages);
    }
  }
  state.counters["messages"] = benchmark::Counter(messages, benchmark::Counter::kIsRate);
}

/// All ranks alike.
void quotient(benchmark::State& state, const Algorithm& algorithm) {
  simulate_schedule(state, algorithm, {.engine = Engine::kQuotient});
}

/// All ranks but one alike.
void one_straggler(benchmark::State& state, const Algorithm& algorithm) {
  const Straggler middle{static_cast<Rank>(state.range(0) / 2), 1'000'000, 150};
  simulate_schedule(state, algorithm, {.engine = Engine::kPiecewiseAffine, .stragglers = {middle}});
}

template <int... kExponents>
void ranks(benchmark::internal::Benchmark* benchmark) {
  for (const int exponent : {kExponents...}) {
    benchmark->Arg(std::int64_t{1} << exponent);
  }
  benchmark->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(data_flow, ring, allreduce_ring)->Apply(ranks<10, 12, 14>);
/// Chunks of two sizes.
BENCHMARK_CAPTURE(data_flow_uneven, ring, allreduce_ring)->Apply(ranks<10, 12>);
BENCHMARK_CAPTURE(data_flow_uneven, rabenseifner, allreduce_rabenseifner)->Apply(ranks<10, 16, 20>);
BENCHMARK_CAPTURE(data_flow, recursive_halving, reduce_scatter_recursive_halving)->Apply(ranks<10, 12, 14, 16, 18, 20>);
BENCHMARK_CAPTURE(data_flow, rabenseifner, allreduce_rabenseifner)->Apply(ranks<10, 12, 16, 20>);
BENCHMARK_CAPTURE(data_flow, recursive_doubling, allreduce_recursive_doubling)->Apply(ranks<10, 12, 16, 20>);
BENCHMARK_CAPTURE(data_flow, bruck, allgather_bruck)->Apply(ranks<10, 12, 14, 16, 18, 20>);
BENCHMARK_CAPTURE(data_flow, binomial, allreduce_binomial)->Apply(ranks<10, 12, 16, 20>);
BENCHMARK_CAPTURE(data_flow, k_nomial, allreduce_k_nomial)->Apply(ranks<10, 16, 20>);
BENCHMARK_CAPTURE(data_flow, recursive_multiplying, allreduce_recursive_multiplying)->Apply(ranks<10, 16, 20>);
BENCHMARK_CAPTURE(data_flow, bruck_allreduce, allreduce_bruck)->Apply(ranks<10, 16, 20>);
BENCHMARK_CAPTURE(data_flow, swing_latency, allreduce_swing_latency)->Apply(ranks<10, 16, 20>);
BENCHMARK_CAPTURE(data_flow, bine, allreduce_bine)->Apply(ranks<10, 16, 20>);
BENCHMARK_CAPTURE(imported, ring, allreduce_ring)->Apply(ranks<10>);
BENCHMARK_CAPTURE(imported, rabenseifner, allreduce_rabenseifner)->Apply(ranks<10, 16>);
BENCHMARK_CAPTURE(table, ring, allreduce_ring)->Apply(ranks<10, 12>);
BENCHMARK_CAPTURE(table, recursive_halving, reduce_scatter_recursive_halving)->Apply(ranks<10, 16>);
BENCHMARK_CAPTURE(table, rabenseifner, allreduce_rabenseifner)->Apply(ranks<10, 16>);
BENCHMARK_CAPTURE(nine_sizes, ring, allreduce_ring)->Apply(ranks<10>);
BENCHMARK_CAPTURE(nine_sizes, rabenseifner, allreduce_rabenseifner)->Apply(ranks<10, 16>);
BENCHMARK_CAPTURE(first_come, ring, allreduce_ring)->Apply(ranks<10>);
BENCHMARK_CAPTURE(first_come, rabenseifner, allreduce_rabenseifner)->Apply(ranks<10, 12>);
BENCHMARK_CAPTURE(event_queue, ring, allreduce_ring)->Apply(ranks<10>);
BENCHMARK_CAPTURE(event_queue, recursive_halving, reduce_scatter_recursive_halving)->Apply(ranks<10, 16>);
/// Fork in many lanes a rank.
BENCHMARK_CAPTURE(event_queue, k_ary_tree, allreduce_k_ary_tree)->Apply(ranks<10, 16, 20>);
BENCHMARK_CAPTURE(event_queue, double_tree, allreduce_double_tree)->Apply(ranks<10, 12, 14, 16, 18, 20>);
BENCHMARK_CAPTURE(quotient, ring, allreduce_ring)->Apply(ranks<10, 12, 16, 20>);
BENCHMARK_CAPTURE(quotient, rabenseifner, allreduce_rabenseifner)->Apply(ranks<10, 16, 20>);
BENCHMARK_CAPTURE(one_straggler, ring, allreduce_ring)->Apply(ranks<10, 12, 16, 20>);

}  // namespace

}  // namespace ringwood
