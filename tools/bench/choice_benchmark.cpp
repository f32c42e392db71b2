// Choosing by the cost model on a machine, as the first call of a size does: estimates alone, and one prediction.

#include <benchmark/benchmark.h>

#include "ringwood/catalogue.hpp"
#include "ringwood/choose.hpp"
#include "ringwood/layouts.hpp"
#include "select/closed_form.hpp"
#include "sim/cost_view.hpp"
#include "sim/simulate.hpp"
#include "topology/machine.hpp"

namespace {

using namespace ringwood;  // NOLINT(google-build-using-namespace)

struct Place {
  explicit Place(Rank ranks)
      : machine(make_machine("fat-tree:leaves=64,hosts-per-leaf=64")),
        mapping(make_mapping("block", machine, ranks)),
        placement(placement_of(machine, mapping)) {}

  [[nodiscard]] SelectionQuestion question(Bytes elements) const {
    return {.collective = Collective::kAllreduce,
            .request = {.ranks = static_cast<Rank>(mapping.size()), .placement = &placement},
            .elements = elements,
            .element_size = 4};
  }

  Machine machine;
  Mapping mapping;
  Placement placement;
};

/// Nanoseconds for all estimates of one size.
void estimates(benchmark::State& state) {
  const Place place(static_cast<Rank>(state.range(0)));
  const CostView costs = cost_view(place.machine, place.mapping);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        model_options(place.question(state.range(1)), built_in_library(), costs, nullptr, nullptr, {.factor = 4}));
  }
}

/// Nanoseconds for an operation of closed forms of a few algorithms.
void forms(benchmark::State& state) {
  const Place place(static_cast<Rank>(state.range(0)));
  const CostView costs = cost_view_with_routes(place.machine, place.mapping);
  std::int64_t walked = 0;
  for (auto _ : state) {
    for (const char* name : {"ring", "recursive-doubling", "rabenseifner", "two-shot", "double-tree"}) {
      const Schedule schedule(built_in_library(), Collective::kAllreduce, parse_expression(name),
                              place.question(1).request);
      std::int64_t budget = 1'000'000'000;
      benchmark::DoNotOptimize(ClosedForm::of(schedule, costs, budget));
      walked += 1'000'000'000 - budget;
    }
  }
  state.counters["operation"] =
      benchmark::Counter(static_cast<double>(walked), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// Nanoseconds for all estimates of one size by closed forms, of which none or all are known.
void estimates_by_forms(benchmark::State& state, bool known) {
  const Place place(static_cast<Rank>(state.range(0)));
  const CostView costs = cost_view_with_routes(place.machine, place.mapping);
  ClosedForms kept(1'000'000'000);
  for (auto _ : state) {
    ClosedForms fresh(1'000'000'000);
    benchmark::DoNotOptimize(model_options(place.question(1 << 20), built_in_library(), costs, nullptr, nullptr,
                                           {.factor = 4, .forms = known ? &kept : &fresh}));
  }
}

/// Nanoseconds for a message of a prediction.
void prediction(benchmark::State& state, const char* algorithm) {
  const Place place(static_cast<Rank>(state.range(0)));
  const Schedule schedule(built_in_library(), Collective::kAllreduce, parse_expression(algorithm),
                          place.question(1).request);
  std::int64_t messages = 0;
  for (auto _ : state) {
    messages += simulate(schedule, equal_layout(schedule, 1 << 18, 4), place.machine, place.mapping,
                         {.model = CostModel::kFlow})
                    .messages;
  }
  state.counters["message"] =
      benchmark::Counter(static_cast<double>(messages), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

}  // namespace

BENCHMARK(forms)->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(estimates_by_forms, new, false)->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(estimates_by_forms, known, true)->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK(estimates)->ArgsProduct({{8, 64, 512, 4096}, {16, 1 << 20}})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(prediction, ring, "ring")->Arg(8)->Arg(64)->Arg(256)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(prediction, recursive_doubling, "recursive-doubling")
    ->Arg(8)
    ->Arg(64)
    ->Arg(256)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(prediction, two_shot, "two-shot")->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(prediction, segmented_ring, "segmented-ring:segments=16")
    ->Arg(8)
    ->Arg(64)
    ->Unit(benchmark::kMillisecond);
