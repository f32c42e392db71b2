// Routes per second of the generators: with all their links, and as latency and bandwidth only.

#include <benchmark/benchmark.h>

#include "topology/machine.hpp"
#include "topology/uniform.hpp"

namespace ringwood {
namespace {

constexpr const char* kSpecs[] = {"crossbar:hosts=1048576",
                                  "fat-tree:leaves=1024,hosts-per-leaf=1024,spines=64",
                                  "fat-tree:levels=3,ports=160",
                                  "torus:dims=128x128x64",
                                  "torus:dims=16x16x16",
                                  "hypercube:dimensions=20",
                                  "dragonfly:hosts-per-router=16,routers=32,groups=74,global-links=4",
                                  "hyperx:sides=32x32x32,hosts-per-switch=32"};

std::vector<std::pair<Host, Host>> random_pairs(Host hosts) {
  std::vector<std::pair<Host, Host>> pairs;
  for (std::uint64_t i = 0; i < 4096; ++i) {
    pairs.emplace_back(static_cast<Host>(mix(1, i) % static_cast<std::uint64_t>(hosts)),
                       static_cast<Host>(mix(2, i) % static_cast<std::uint64_t>(hosts)));
  }
  return pairs;
}

void routes(benchmark::State& state) {
  const Machine machine = make_machine(kSpecs[state.range(0)]);
  const auto pairs = random_pairs(machine.network->hosts());
  std::vector<LinkId> route;
  std::int64_t links = 0;
  for (auto _ : state) {
    for (const auto& [from, to] : pairs) {
      machine.network->route(from, to, route);
      links += static_cast<std::int64_t>(route.size());
      benchmark::DoNotOptimize(route.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(pairs.size()));
  state.counters["links"] =
      static_cast<double>(links) / static_cast<double>(state.iterations() * static_cast<std::int64_t>(pairs.size()));
  state.SetLabel(kSpecs[state.range(0)]);
}

void paths(benchmark::State& state) {
  const Machine machine = make_machine(kSpecs[state.range(0)]);
  const auto pairs = random_pairs(machine.network->hosts());
  for (auto _ : state) {
    for (const auto& [from, to] : pairs) {
      benchmark::DoNotOptimize(machine.network->path(from, to));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(pairs.size()));
  state.SetLabel(kSpecs[state.range(0)]);
}

BENCHMARK(routes)->DenseRange(0, std::size(kSpecs) - 1);
BENCHMARK(paths)->DenseRange(0, std::size(kSpecs) - 1);

}  // namespace
}  // namespace ringwood
