// What a communicator's choices by the model of a machine cost, all together (lib/api/machine_place.hpp).

#include <benchmark/benchmark.h>

#include "api/machine_place.hpp"

namespace {

using namespace ringwood;  // NOLINT(google-build-using-namespace)

/// Three collectives at seven sizes: milliseconds for the first call and for all 21.
void choices(benchmark::State& state, bool all, Bytes burst) {
  Machine machine = make_machine("fat-tree:leaves=64,hosts-per-leaf=16");
  if (burst > 0) {
    machine.between_hosts.corrections =
        std::make_shared<const SizeCorrections>(std::vector<SizeCorrections::Point>{{1, 0}}, burst);
  }
  const Mapping mapping = make_mapping("block", machine, static_cast<Rank>(state.range(0)));
  const Placement placement = placement_of(machine, mapping);
  for (auto _ : state) {
    MachinePlace place(machine, mapping);
    ChoiceBudget budget(std::chrono::milliseconds(5));
    for (const Collective collective : {Collective::kAllreduce, Collective::kReduceScatter, Collective::kAllgather}) {
      for (Bytes elements = 1024; elements <= (all ? 4 << 20 : 1024); elements *= 4) {
        const SelectionQuestion question{.collective = collective,
                                         .request = {.ranks = placement.ranks(), .placement = &placement},
                                         .elements = elements,
                                         .element_size = 4};
        benchmark::DoNotOptimize(place.choose(question, true, budget.next(question)));
      }
      if (!all) {
        break;
      }
    }
  }
}

}  // namespace

BENCHMARK_CAPTURE(choices, first, false, 0)->RangeMultiplier(2)->Range(2, 1024)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(choices, all, true, 0)->RangeMultiplier(2)->Range(2, 1024)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(choices, all_bursts, true, 1 << 16)
    ->RangeMultiplier(2)
    ->Range(2, 1024)
    ->Unit(benchmark::kMillisecond);
