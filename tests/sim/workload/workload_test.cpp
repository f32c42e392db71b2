#include "sim/workload/workload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "formats/workloads.hpp"
#include "ringwood/error.hpp"
#include "sim/workload/graph_builder.hpp"
#include "sim/workload/models.hpp"
#include "tests/sim/machines.hpp"

namespace ringwood {
namespace {

using ::testing::HasSubstr;

constexpr Picoseconds kNanosecond = 1000;

WorkloadReport run(const TaskGraph& graph, const WorkloadOptions& options = {},
                   const Machine& machine = test_machine(16), const std::vector<CallSchedule>& calls = {}) {
  return run_workload({graph, calls, machine, one_rank_per_host(graph.size()), options});
}

TaskGraph goal(const std::string& text) {
  return read_goal(text, "test.goal", kNanosecond);
}

std::string refusal(const TaskGraph& graph, const WorkloadOptions& options = {}) {
  try {
    static_cast<void>(run(graph, options));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Workload, OneMessageTakesWhatLogGopsSays) {
  // o + L + (m-1)G + o; a message of nothing is one of a byte.
  EXPECT_EQ(run(goal("num_ranks 2\nrank 0 {\nsend 11b to 1\n}\nrank 1 {\nrecv 11b from 0\n}\n")).time,
            100 + 1000 + 10 * 10 + 100);
  EXPECT_EQ(run(goal("num_ranks 2\nrank 0 {\nsend 0b to 1\n}\nrank 1 {\nrecv 0b from 0\n}\n")).time, 1200);
}

TEST(Workload, ComputationsOfDifferentCpusOverlap) {
  const char* const text =
      "num_ranks 1\nrank 0 {\na: calc 5 cpu 0\nb: calc 7 cpu %\nc: calc 1\nc requires a\nc requires b\n}\n";
  std::string same = text;
  std::string other = text;
  same.replace(same.find('%'), 1, "0");
  other.replace(other.find('%'), 1, "1");
  EXPECT_EQ(run(goal(same)).time, 13 * kNanosecond);
  EXPECT_EQ(run(goal(other)).time, 8 * kNanosecond);
  EXPECT_EQ(run(goal(other)).compute, std::vector<Picoseconds>{13 * kNanosecond});
}

TEST(Workload, IrequiresWaitsForTheBeginning) {
  EXPECT_EQ(run(goal("num_ranks 1\nrank 0 {\na: calc 5\nb: calc 7 cpu 1\nb irequires a\n}\n")).time, 7 * kNanosecond);
  EXPECT_EQ(run(goal("num_ranks 1\nrank 0 {\na: calc 5\nb: calc 7 cpu 1\nb requires a\n}\n")).time, 12 * kNanosecond);
}

TEST(Workload, AnySourceTakesWhatComesFirst) {
  // Rank 2 sends at once, rank 1 after a computation; the first receive belongs to rank 2.
  const TaskGraph right = goal(
      "num_ranks 3\nrank 0 {\na: recv 8b from -1 tag -1\nb: recv 8b from -1\nb requires a\nc: calc 100 cpu 1\n"
      "c requires a\n}\nrank 1 {\na: calc 50\nb: send 8b to 0\nb requires a\n}\nrank 2 {\na: send 8b to 0 tag 5\n}\n");
  for (const CostModel model : {CostModel::kLogGops, CostModel::kFlow}) {
    WorkloadOptions options;
    options.model = model;
    options.path = true;
    const WorkloadReport report = run(right, options);
    EXPECT_LT(report.tasks[0][0].end, 50 * kNanosecond);
    EXPECT_GT(report.tasks[0][1].end, 50 * kNanosecond);
  }
}

TEST(Workload, ReceivesWithoutAPostedOrderAreServedAsTheyCome) {
  // The receive listed first is answered only after the one listed second.
  const TaskGraph graph = goal(
      "num_ranks 2\nrank 0 {\na: recv 8b from 1 tag 1\nb: recv 8b from 1 tag 2\nc: send 8b to 1\nc requires b\n}\n"
      "rank 1 {\na: send 8b to 0 tag 2\nb: recv 8b from 0\nc: send 8b to 0 tag 1\nc requires b\n}\n");
  EXPECT_EQ(run(graph).order, TaskOrder::kPosted) << "different tags are different lanes";
  const TaskGraph same_lane = goal(
      "num_ranks 3\nrank 0 {\na: recv 8b from 1\nb: recv 8b from 2\nc: send 8b to 1\nc requires b\n}\n"
      "rank 1 {\na: recv 8b from 0\nb: send 8b to 0\nb requires a\n}\nrank 2 {\nsend 8b to 0\n}\n");
  const WorkloadReport report = run(same_lane);
  EXPECT_EQ(report.order, TaskOrder::kArrival);
  EXPECT_GT(report.time, 3 * 1200);
  WorkloadOptions posted;
  posted.order = TaskOrder::kPosted;
  EXPECT_THAT(refusal(same_lane, posted), HasSubstr("the workload never ends: rank 0 in the task of line 3 waits for a "
                                                    "message from rank 1"));
}

TEST(Workload, TellsWhatWaitsForever) {
  EXPECT_THAT(refusal(goal("num_ranks 2\nrank 0 {\n}\nrank 1 {\nrecv 8b from 0\n}\n")),
              HasSubstr("rank 1 in the task of line 5 waits for a message from rank 0"));
  EXPECT_THAT(refusal(goal("num_ranks 2\nrank 0 {\n}\nrank 1 {\nsend 8b to 0\n}\n")), HasSubstr("never received"));
  EXPECT_THAT(refusal(goal("num_ranks 1\nrank 0 {\na: calc 1\nb: calc 1\na requires b\nb requires a\n}\n")),
              HasSubstr("requires something that requires it"));
}

TEST(Workload, SlowRanksComputeSlowly) {
  WorkloadOptions options;
  options.stragglers = {{.rank = 0, .arrival = 500, .cpu_percent = 250}};
  EXPECT_EQ(run(goal("num_ranks 1\nrank 0 {\ncalc 4\n}\n"), options).time, 500 + 10 * kNanosecond);
}

/// A schedule as a trace, and as one collective, takes what simulate() says.
class Equality : public ::testing::TestWithParam<std::tuple<CostModel, LogGopsForm, Bytes>> {};

TEST_P(Equality, OfEveryAlgorithmWithItsTraceAndItsCall) {
  const auto [model, form, eager] = GetParam();
  Machine machine = test_machine(16, false);
  machine.gamma.cached.scaled = std::uint64_t{2000} << 32U;  // whole units of calc
  machine.between_hosts.S = eager;
  int compared = 0;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : {3, 8}) {
      const Placement placement({{.name = "node", .group_of = std::vector<Rank>(static_cast<std::size_t>(ranks), 0)}});
      const Schedule::Request request{.ranks = ranks, .placement = &placement};
      if (!why_not(*algorithm, request).empty()) {
        continue;
      }
      const Schedule schedule(*algorithm, request);
      const Layout layout = equal_layout(schedule, 977, 1);
      SimulationOptions simulated;
      simulated.model = model;
      simulated.form = form;
      const SimulationReport expected = simulate(schedule, layout, machine, one_rank_per_host(ranks), simulated);
      WorkloadOptions options;
      options.model = model;
      options.form = form;
      const TaskGraph trace = read_goal(write_goal(record(schedule), layout, 2000), "trace", 1);
      EXPECT_EQ(run(trace, options, machine).time, expected.time) << algorithm->name << " trace, " << ranks;
      TaskGraph call;
      call.ranks.resize(static_cast<std::size_t>(ranks));
      GraphBuilder builder(call);
      add_job(builder, {.steps = {{.kind = JobStep::Kind::kCollective, .collective = algorithm->collective}}}, 0,
              ranks);
      const WorkloadReport report = run(call, options, machine, {{&schedule, &layout}});
      EXPECT_EQ(report.time, expected.time) << algorithm->name << " call, " << ranks;
      EXPECT_EQ(report.messages, expected.messages) << algorithm->name;
      ++compared;
    }
  }
  EXPECT_GT(compared, 80);
}

INSTANTIATE_TEST_SUITE_P(Models, Equality,
                         ::testing::Values(std::tuple(CostModel::kLogGops, LogGopsForm::kTextbook, 1 << 20),
                                           std::tuple(CostModel::kLogGops, LogGopsForm::kTextbook, 64),
                                           std::tuple(CostModel::kLogGops, LogGopsForm::kSimulator, 1 << 20),
                                           std::tuple(CostModel::kFlow, LogGopsForm::kTextbook, 1 << 20)));

TEST(Workload, GroupsRunTheirCollectivesAtOnceAndAloneAlike) {
  const Schedule schedule(allreduce_ring, {.ranks = 4});
  const Layout layout = equal_layout(schedule, 4096, 1);
  const Picoseconds alone = simulate(schedule, layout, test_machine(16), one_rank_per_host(4), {}).time;
  TaskGraph graph;
  graph.ranks.resize(16);
  GraphBuilder builder(graph);
  const JobSteps steps{{.kind = JobStep::Kind::kCollective, .bytes = 4096, .group = {4, 4}},
                       {.kind = JobStep::Kind::kCompute, .time = 7 * kNanosecond},
                       {.kind = JobStep::Kind::kCollective, .bytes = 4096, .group = {4, 1}}};
  add_job(builder, {.steps = steps}, 0, 16);
  ASSERT_EQ(graph.calls.size(), 8U);
  EXPECT_EQ(graph.groups[0], (std::vector<Rank>{0, 4, 8, 12}));
  WorkloadOptions options;
  options.path = true;
  const WorkloadReport report =
      run(graph, options, test_machine(16), std::vector<CallSchedule>(8, {&schedule, &layout}));
  EXPECT_EQ(report.time, 2 * alone + 7 * kNanosecond);
  ASSERT_EQ(report.steps.size(), 3U);
  EXPECT_EQ(report.steps[0].begin, 0);
  EXPECT_EQ(report.steps[0].end, report.steps[1].begin);
  EXPECT_EQ(report.steps[1].end, report.steps[2].begin);
  EXPECT_EQ(report.steps[2].end, report.time);
}

TrainingJob two_layers(Bytes bucket) {
  TrainingJob job;
  job.model.layers = {{.name = "a", .forward = 1'000'000, .backward = 2'000'000, .gradient = 4096},
                      {.name = "b", .forward = 1'000'000, .backward = 2'000'000, .gradient = 4096}};
  job.model.optimizer = 500'000;
  job.parallelism.bucket = bucket;
  return job;
}

TEST(Training, BucketsOverlapWithWhatFollows) {
  const Schedule schedule(allreduce_ring, {.ranks = 4});
  const Layout small = equal_layout(schedule, 4096, 1);
  const Layout large = equal_layout(schedule, 8192, 1);
  const auto time_of = [&](const Layout& layout) {
    return simulate(schedule, layout, test_machine(16), one_rank_per_host(4), {}).time;
  };
  for (const Bytes bucket : {4096, 8192}) {
    TaskGraph graph;
    graph.ranks.resize(4);
    GraphBuilder builder(graph);
    add_training(builder, two_layers(bucket), 0, 4);
    const bool two = bucket == 4096;
    ASSERT_EQ(graph.calls.size(), two ? 2U : 1U);
    const WorkloadReport report = run(
        graph, {}, test_machine(16), std::vector<CallSchedule>(graph.calls.size(), {&schedule, two ? &small : &large}));
    ASSERT_LT(time_of(small), 2'000'000);
    // All but the last bucket goes while the first layer's backward pass is computed.
    EXPECT_EQ(report.time, 6'000'000 + time_of(two ? small : large) + 500'000) << bucket;
    EXPECT_EQ(report.compute[0], 6'500'000);
  }
}

TEST(Training, PipelinesHaveTheBubbleOfOneForwardOneBackward) {
  // With messages that cost nothing, p stages of equal times take (m + p - 1) (f + b).
  TrainingJob job = two_layers(1 << 20);
  job.model.optimizer = 0;
  job.parallelism.pipeline = 2;
  job.parallelism.microbatches = 5;
  TaskGraph graph;
  graph.ranks.resize(2);
  GraphBuilder builder(graph);
  add_training(builder, job, 0, 2);
  Machine machine = test_machine(2);
  machine.replaced = {.L = 0, .o = 0, .g = 0, .G = TimePerByte{}, .O = TimePerByte{}, .S = {}};
  EXPECT_EQ(run(graph, {}, machine).time, (5 + 2 - 1) * 3'000'000);
}

TEST(Training, RefusesMoreMemoryThanThereIsBeforeItIsTaken) {
  for (const Rank ranks : {64, 4096}) {
    TaskGraph graph;
    graph.ranks.resize(static_cast<std::size_t>(ranks));
    GraphBuilder builder(graph, 1 << 20);
    try {
      add_training(builder, two_layers(1 << 20), 0, ranks);
      EXPECT_EQ(ranks, 64);
    } catch (const Error& error) {
      EXPECT_EQ(ranks, 4096);
      EXPECT_THAT(error.what(), testing::HasSubstr("the workload of 4096 ranks needs about 1 GiB of memory"));
      EXPECT_TRUE(graph.ranks[2048].tasks.empty());
    }
  }
}

TEST(Training, RefusesRanksThatDoNotFit) {
  TaskGraph graph;
  graph.ranks.resize(6);
  GraphBuilder builder(graph);
  TrainingJob job = two_layers(1);
  job.parallelism.tensor = 4;
  EXPECT_THROW(add_training(builder, job, 0, 6), Error);
  job.parallelism.tensor = 1;
  job.parallelism.pipeline = 3;
  EXPECT_THROW(add_training(builder, job, 0, 6), Error);
}

TEST(Models, HaveThePublishedNumbersOfParameters) {
  for (const ModelPreset& preset : model_presets()) {
    const TrainingModel model = model_of(preset.name, {.device = &compute_devices()[0]});
    Bytes gradients = 0;
    for (const ModelLayer& layer : model.layers) {
      gradients += layer.gradient;
    }
    EXPECT_EQ(gradients / preset.gradient_bytes, preset.parameters) << preset.name;
    EXPECT_FALSE(preset.source.empty());
  }
  // 4.089 GMAC an image, as the network's authors and others count; 3 times that for both passes.
  const TrainingModel resnet = model_of("resnet-50", {.device = &compute_devices()[0], .utilization = 1, .batch = 1});
  Picoseconds forward = 0;
  for (const ModelLayer& layer : resnet.layers) {
    forward += layer.forward;
  }
  EXPECT_NEAR(static_cast<double>(forward) * 1e-12 * 125e12 / 2e9, 4.089, 0.001);
  EXPECT_THROW(static_cast<void>(model_of("resnet", {.device = &compute_devices()[0]})), Error);
}

}  // namespace
}  // namespace ringwood
