// The flow model: max-min rounds, flows that come and go, and whole collectives, on routed networks.

#include <benchmark/benchmark.h>

#include <numeric>
#include <random>
#include <string>

#include "algorithms/catalogue.hpp"
#include "ringwood/layouts.hpp"
#include "sim/flow/network.hpp"
#include "sim/simulate.hpp"

namespace ringwood {

namespace {

constexpr const char* kFatTree = "fat-tree:down=16x32x32,up=1x16x32";
constexpr const char* kDragonfly = "dragonfly:hosts-per-router=8,routers=16,groups=129,ports=8";
constexpr const char* kTorus = "torus:dims=16x32x32";

/// Networks of about 2^10, 2^12, 2^14 and 2^16 hosts.
constexpr const char* kFatTrees[] = {"fat-tree:down=16x16x4,up=1x16x16", "fat-tree:down=16x16x16,up=1x16x16", kFatTree,
                                     "fat-tree:down=16x64x64,up=1x16x64"};
constexpr const char* kDragonflies[] = {"dragonfly:hosts-per-router=4,routers=8,groups=33,ports=4",
                                        "dragonfly:hosts-per-router=8,routers=16,groups=33,ports=8", kDragonfly,
                                        "dragonfly:hosts-per-router=16,routers=16,groups=257,ports=16"};

[[nodiscard]] Mapping all_hosts(const Machine& machine) {
  Mapping mapping(static_cast<std::size_t>(machine.network->hosts()));
  std::iota(mapping.begin(), mapping.end(), Host{0});
  return mapping;
}

/// A permutation of all hosts by chance: one round of as many flows, its routes included. items: flows.
void random_round(benchmark::State& state, const char* spec) {
  const Machine machine = make_machine(spec);
  Mapping targets = all_hosts(machine);
  std::shuffle(targets.begin(), targets.end(), std::mt19937_64(1));
  LinkTable links(machine, 0);
  MaxMinSolver solver;
  FlowPaths paths;
  FlowRates rates;
  for (auto _ : state) {
    paths.clear();
    for (Host host = 0; host < machine.network->hosts(); ++host) {
      links.append_route(host, targets[static_cast<std::size_t>(host)], paths.links);
      paths.end_flow(1.0);
    }
    solver.solve(paths, links.capacities(), rates);
  }
  state.counters["sweeps"] = solver.sweeps();
  state.SetItemsProcessed(state.iterations() * machine.network->hosts());
}

void random_round_on_trees(benchmark::State& state) {
  random_round(state, kFatTrees[state.range(0)]);
}

void random_round_on_dragonflies(benchmark::State& state) {
  random_round(state, kDragonflies[state.range(0)]);
}

BENCHMARK(random_round_on_trees)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
BENCHMARK(random_round_on_dragonflies)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(random_round, torus, kTorus)->Unit(benchmark::kMillisecond);

/// As many flows as hosts between hosts by chance; whenever one ends another starts. items: these changes.
void closed_traffic(benchmark::State& state, const char* spec) {
  const Machine machine = make_machine(spec);
  LinkTable links(machine, 0);
  ActiveFlows flows(links);
  std::mt19937_64 random(1);
  std::vector<FlowLink> path;
  const auto start = [&](std::uint32_t name) {
    const auto hosts = static_cast<std::uint64_t>(machine.network->hosts());
    const FlowStart flow{static_cast<Rank>(random() % hosts), static_cast<Rank>(random() % hosts),
                         static_cast<Bytes>(1'000'000 + random() % 1'000'000), 1.0, name};
    path.clear();
    links.append_route(flow.source, flow.destination, path);
    flows.add(flow, static_cast<double>(flow.bytes), {path});
  };
  for (Host host = 0; host < machine.network->hosts(); ++host) {
    start(static_cast<std::uint32_t>(host));
  }
  flows.solve(0);
  std::int64_t changes = 0;
  std::vector<FlowEnd> ended;
  for (auto _ : state) {
    const Picoseconds now = flows.next_end();
    ended.clear();
    flows.take_ended(now, ended);
    for (const FlowEnd& end : ended) {
      start(end.message);
    }
    flows.solve(now);
    changes += static_cast<std::int64_t>(ended.size());
  }
  state.SetItemsProcessed(changes);
}

void closed_traffic_on_trees(benchmark::State& state) {
  closed_traffic(state, kFatTrees[state.range(0)]);
}

void closed_traffic_on_dragonflies(benchmark::State& state) {
  closed_traffic(state, kDragonflies[state.range(0)]);
}

BENCHMARK(closed_traffic_on_trees)->DenseRange(0, 3)->Unit(benchmark::kMicrosecond);
BENCHMARK(closed_traffic_on_dragonflies)->DenseRange(0, 3)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(closed_traffic, torus, kTorus)->Unit(benchmark::kMicrosecond);

/// A whole collective of 64 MiB on 16,384 hosts, from nothing. items: messages.
void collective(benchmark::State& state, const Algorithm& algorithm, const char* spec) {
  constexpr Rank kRanks = 16384;
  const Schedule schedule(algorithm, {.ranks = kRanks});
  const Layout layout = equal_layout(schedule, 1 << 24, 4);
  const Machine machine = make_machine(spec);
  Mapping mapping = all_hosts(machine);
  mapping.resize(kRanks);
  SimulationOptions options;
  options.model = CostModel::kFlow;
  std::int64_t messages = 0;
  for (auto _ : state) {
    const SimulationReport report = simulate(schedule, layout, machine, mapping, options);
    messages += report.messages;
    state.counters["bulk_rounds"] = static_cast<double>(report.flow->bulk_rounds);
    state.counters["events"] = static_cast<double>(report.flow->events);
    state.counters["bytes_per_rank"] = static_cast<double>(report.memory) / kRanks;
  }
  state.SetItemsProcessed(messages);
}

BENCHMARK_CAPTURE(collective, rabenseifner_fat_tree, allreduce_rabenseifner, kFatTree)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(collective, rabenseifner_torus, allreduce_rabenseifner, kTorus)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(collective, rabenseifner_dragonfly, allreduce_rabenseifner, kDragonfly)
    ->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace ringwood
