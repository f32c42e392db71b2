// Speed of workloads: a collective as one task of every rank, and a training step with groups of ranks.

#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <numeric>
#include <string>

#include "algorithms/catalogue.hpp"
#include "ringwood/layouts.hpp"
#include "sim/workload/graph_builder.hpp"
#include "sim/workload/models.hpp"
#include "sim/workload/workload.hpp"

namespace ringwood {

namespace {

/// Rings for all calls of a graph.
class Rings {
 public:
  explicit Rings(const TaskGraph& graph) {
    for (const CollectiveCall& call : graph.calls) {
      const auto ranks = static_cast<Rank>(graph.groups[call.group].size());
      auto& schedule = schedules_[ranks];
      if (schedule == nullptr) {
        schedule = std::make_unique<Schedule>(allreduce_ring, Schedule::Request{.ranks = ranks});
      }
      auto& layout = layouts_[{ranks, call.bytes}];
      if (layout == nullptr) {
        layout = std::make_unique<Layout>(equal_layout(*schedule, call.bytes / 4, 4));
      }
      calls.push_back({schedule.get(), layout.get()});
    }
  }

  std::vector<CallSchedule> calls;

 private:
  std::map<Rank, std::unique_ptr<Schedule>> schedules_;
  std::map<std::pair<Rank, Bytes>, std::unique_ptr<Layout>> layouts_;
};

void evaluate(benchmark::State& state, const TaskGraph& graph, CostModel model) {
  const Rings rings(graph);
  const Machine machine = make_machine("crossbar:hosts=" + std::to_string(graph.size()));
  Mapping mapping(graph.ranks.size());
  std::iota(mapping.begin(), mapping.end(), Host{0});
  WorkloadOptions options;
  options.model = model;
  double messages = 0;
  for (auto _ : state) {
    messages += static_cast<double>(run_workload({graph, rings.calls, machine, mapping, options}).messages);
  }
  state.counters["messages"] = benchmark::Counter(messages, benchmark::Counter::kIsRate);
}

void one_ring(benchmark::State& state, CostModel model) {
  TaskGraph graph;
  graph.ranks.resize(static_cast<std::size_t>(state.range(0)));
  GraphBuilder builder(graph);
  add_job(builder, {.steps = {{.kind = JobStep::Kind::kCollective, .bytes = 1 << 24}}}, 0, graph.size());
  evaluate(state, graph, model);
}

void training_step(benchmark::State& state, CostModel model) {
  TrainingJob job;
  job.model = model_of("gpt-2-xl", {.device = &compute_devices()[0]});
  job.parallelism.tensor = 4;
  job.parallelism.pipeline = 4;
  job.parallelism.microbatches = 4;
  TaskGraph graph;
  graph.ranks.resize(static_cast<std::size_t>(state.range(0)));
  GraphBuilder builder(graph);
  add_training(builder, job, 0, graph.size());
  evaluate(state, graph, model);
}

BENCHMARK_CAPTURE(one_ring, loggops, CostModel::kLogGops)->Arg(256)->Arg(1024)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(one_ring, flow, CostModel::kFlow)->Arg(256)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(training_step, loggops, CostModel::kLogGops)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(training_step, flow, CostModel::kFlow)->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace ringwood
