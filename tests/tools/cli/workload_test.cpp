// `ringwood workload`, and the times of `simulate` over seeds.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json records(const std::string& arguments) {
  const Outcome outcome = ringwood(arguments + " --format json");
  EXPECT_EQ(outcome.code, 0) << arguments << ": " << outcome.errors;
  return outcome.code == 0 ? json::parse(outcome.output) : json::array({json::object()});
}

TEST(Workload, ReadsBackWhatExportWritesToTheSameTime) {
  const TemporaryDirectory directory;
  const std::string file = directory / "trace.goal";
  const std::string options = " --machine fat-tree:leaves=2,spines=1,hosts-per-leaf=4 --gamma 1ns";
  for (const std::string algorithm : {"double-tree", "rabenseifner", "ring"}) {
    ASSERT_EQ(ringwood("export allreduce " + algorithm +
                       " --ranks 8 --sizes 64KiB --gamma 1ns --format goal --output " + file)
                  .code,
              0);
    for (const std::string model : {" --model loggops", " --model flow"}) {
      EXPECT_EQ(records("workload " + file + options + model)[0]["time_s"],
                records("simulate allreduce --algorithm " + algorithm + " --ranks 8 --sizes 64KiB" + options +
                        model)[0]["time_s"])
          << algorithm << model;
    }
  }
}

TEST(Workload, BucketsAndAlgorithmsAreCompared) {
  const json all = records("workload resnet-50 --ranks 8 --bucket 1MiB,64MiB --algorithm 'ring;recursive-doubling'");
  ASSERT_EQ(all.size(), 4U);
  for (const json& record : all) {
    EXPECT_NEAR(record["time_s"].get<double>() - record["ideal_s"].get<double>(), record["exposed_s"].get<double>(),
                1e-9);
    EXPECT_GT(record["exposed_s"], 0);
  }
  EXPECT_LT(all[0]["time_s"], all[1]["time_s"]) << "small buckets overlap more";
  EXPECT_LT(all[1]["time_s"], all[3]["time_s"]) << "a ring moves less than full vectors";
}

TEST(Workload, JobsSlowEachOtherDownOnSharedLinks) {
  const TemporaryDirectory directory;
  const std::string file = directory / "jobs.yaml";
  std::ofstream(file)
      << "schema: ringwood.workload/1\n"
         "jobs:\n"
         "  - {name: a, ranks: 4, hosts: [0, 1, 4, 5], steps: [{alltoall: 64MiB, algorithm: pairwise}]}\n"
         "  - {name: b, ranks: 4, hosts: [2, 3, 6, 7], steps: [{alltoall: 64MiB, algorithm: pairwise}]}\n";
  const json jobs =
      records("workload " + file + " --machine fat-tree:leaves=2,spines=1,hosts-per-leaf=4,taper=1:4 --model flow");
  ASSERT_EQ(jobs.size(), 2U);
  for (const json& job : jobs) {
    EXPECT_GT(job["slowdown"], 1.5);
    EXPECT_LE(job["slowdown"], 2.01);
  }
  for (const json& job : records("workload " + file + " --machine crossbar:hosts=8 --model flow")) {
    EXPECT_DOUBLE_EQ(job["slowdown"].get<double>(), 1);
  }
}

TEST(Workload, ChakraTracesOfEveryRank) {
  const TemporaryDirectory directory;
  for (int rank = 0; rank < 2; ++rank) {
    std::ofstream(directory / ("step." + std::to_string(rank) + ".json"))
        << R"({"version": "0.0.4"}{"id": "1", "name": "work", "type": "COMP_NODE", "durationMicros": ")"
        << 100 * (rank + 1) << R"("}{"id": "2", "name": "sum", "type": "COMM_COLL_NODE", "dataDeps": ["1"], "attr": [)"
        << R"({"name": "comm_type", "int64Val": "0"}, {"name": "comm_size", "int64Val": "1048576"}]})";
  }
  const std::string options = " --machine crossbar:hosts=2 --algorithm ring";
  const json record = records("workload " + (directory / "step.0.json") + options)[0];
  EXPECT_EQ(record["ranks"], 2);
  const double allreduce = records("simulate allreduce --sizes 1MiB --ranks 2" + options)[0]["time_s"];
  EXPECT_NEAR(record["time_s"].get<double>(), 200e-6 + allreduce, 1e-9);
  EXPECT_NEAR(record["exposed_s"].get<double>(), allreduce, 1e-9);
}

// A workload that is one collective takes what `simulate` says, with its noise and NICs too.
// The file is what the fuzzer begins with: work of 100 us, an allreduce of 4 MiB, work of 5 us.
TEST(Workload, ChakraTraceInProtocolBuffers) {
  const std::string options = " --ranks 4 --machine crossbar:hosts=4 --algorithm ring";
  const json record =
      records("workload " + std::string(RINGWOOD_SOURCE_DIR) + "/tests/fuzz/corpus/chakra/step.et" + options)[0];
  const double allreduce = records("simulate allreduce --sizes 4MiB" + options)[0]["time_s"];
  EXPECT_NEAR(record["time_s"].get<double>(), 105e-6 + allreduce, 1e-9);
}

TEST(Workload, TakesNoiseNicsAndFairnessAsSimulateDoes) {
  const TemporaryDirectory directory;
  const std::string file = directory / "one.yaml";
  std::ofstream(file) << "schema: ringwood.workload/1\nsteps: [{alltoall: 64KiB, algorithm: direct}]\n";
  const std::string machine = " --ranks 8 --machine fat-tree:leaves=2,spines=1,hosts-per-leaf=4 --loggops o=1us,g=2us ";
  std::set<json> times;
  for (const std::string options :
       {"", "--noise exponential:3us@20us", "--noise exponential:3us@20us --seed 2", "--noise periodic:5us@50us",
        "--nics 3", "--nics rail:2", "--nics 2 --noise periodic:5us@50us", "--model flow --fairness flow",
        "--model flow --fairness source", "--model flow --noise exponential:3us@20us"}) {
    const json workload = records("workload " + file + machine + options)[0];
    const json simulated = records("simulate alltoall --algorithm direct --sizes 64KiB" + machine + options)[0];
    EXPECT_EQ(workload["time_s"], simulated["time_s"]) << options;
    times.insert(workload["time_s"]);
    EXPECT_EQ(workload["order_sensitive"], simulated["order_sensitive"]) << options;
    if (options.find("flow") != std::string::npos) {
      EXPECT_EQ(workload["fairness"], simulated["fairness"]);
      EXPECT_EQ(workload["routing"], "static");
    }
  }
  EXPECT_GE(times.size(), 7U) << "they make a difference";
}

TEST(Workload, ReportsAllThatIsKnown) {
  const TemporaryDirectory directory;
  for (const std::string model : {"loggops", "flow"}) {
    const std::string file = directory / (model + ".json");
    const json record = records(
        "workload gpt-2-xl --ranks 8 --tensor 2 --pipeline 2 --microbatches 2 --machine "
        "fat-tree:leaves=2,spines=2,hosts-per-leaf=4 --model " +
        model + " --report " + file)[0];
    const json report = json::parse(read_file(file)).at(0);
    EXPECT_EQ(report["time_s"], record["time_s"]);
    EXPECT_EQ(report["finish_s"].size(), 8U);
    EXPECT_EQ(report["compute_s"].size(), 8U);
    EXPECT_EQ(report["collectives"].size(), record["collectives"]);
    EXPECT_EQ(report["critical_path"]["steps"].back()["end_s"], record["time_s"]);
    EXPECT_GE(report["levels"].size(), 4U);
    EXPECT_GT(report["links"].at(0)["bytes"], 0);
    EXPECT_EQ(ringwood("report " + file + " --output " + (directory / "page.html")).code, 0);
  }
}

TEST(Workload, TellsWhatIsBehindTheTime) {
  const TemporaryDirectory directory;
  const std::string trace = directory / "trace.json";
  const Outcome outcome = ringwood(
      "workload bert-large --ranks 8 --tensor 2 --pipeline 2 --microbatches 2 --explain "
      "--timeline --trace " +
      trace);
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  for (const char* const text : {"on the critical path", "collective: tensors of layer",
                                 "allreduce (gradients) of 2 ranks", "c computes", "rank 7 "}) {
    EXPECT_THAT(outcome.output, HasSubstr(text));
  }
  EXPECT_GT(json::parse(read_file(trace))["traceEvents"].size(), 100U);
}

TEST(Workload, RefusesInOneLine) {
  const TemporaryDirectory directory;
  const auto file = [&](const std::string& name, const std::string& text) {
    std::ofstream(directory / name) << text;
    return directory / name;
  };
  const std::string head = "schema: ringwood.workload/1\n";
  const std::pair<std::string, const char*> lines[]{
      {"workload resnet50", "did you mean 'resnet-50'?"},
      {"workload resnet-50 --ranks 6 --tensor 4", "do not make 6 ranks"},
      {"workload resnet-50 --ranks 64 --machine crossbar:hosts=8", "room for 8 ranks"},
      {"workload resnet-50 --utilization 0%", "--utilization '0%' is no percentage"},
      {"workload resnet-50 --device tpu", "--device 'tpu' is unknown"},
      {"workload resnet-50 --ranks 4 --nics 2 --model flow", "--nics is for loggops"},
      {"simulate allreduce --algorithm ring --ranks 65536 --explain", "of memory; there are"},
      {"simulate allreduce --algorithm ring --ranks 262144 --engine table", "sends 137438429184 messages"},
      {"workload resnet-50 --ranks 1048576", "take fewer ranks"},
      {"workload " + file("many.yaml", head + "steps: [{allreduce: 1MiB, algorithm: ring}]\n") + " --ranks 65536",
       "collectives send about 8589934590 messages"},
      {"workload resnet-50 --ranks 4 --noise gauss:1us@2us", "--noise 'gauss:1us@2us' is unknown"},
      {"workload resnet-50 --ranks 4 --fairness rank", "--fairness 'rank' is unknown"},
      {"workload resnet-50 --ranks 4 --algorithm rnig", "did you mean 'ring'?"},
      {"workload " + file("a.yaml", head + "stepz: []\n"),
       "a.yaml:2:1: a workload has no key 'stepz', did you mean 'steps'?"},
      {"workload " + file("b.yaml", head + "steps:\n  - compute: 3\n"), "b.yaml:3:14:"},
      {"workload " + file("c.yaml", head + "steps:\n  - allreduce: -1\n"), "c.yaml:3:16:"},
      {"workload " + file("d.yaml", head + "steps: [{allreduce: 99999999999999999999}]\n"), "d.yaml:2:21:"},
      {"workload " + file("e.yaml", head + "steps: [{barrier: 0, group: {size: 3}}]\n") + " --ranks 4",
       "do not divide 4 ranks"},
      {"workload " + file("f.yaml", head + "a: [\n"), "f.yaml:"},
      {"workload " + file("g.yaml", head + "jobs: [{ranks: 2, hosts: [0], steps: []}]\n"),
       "g.yaml:2:26: 1 hosts for 2 ranks"},
      {"workload " + file("h.json", "{\"id\": 1, \"type\": \"NODE\"}"), "h.json:1:11: expected a type"},
      {"workload " + file("i.json", "{\"id\": 1, \"type\": 4}\n{\"id\": 1, \"type\": 4}"),
       "i.json:2:2: id 1 is there twice"},
      {"workload " + file("j.json", "{\"id\": 1, \"type\": 4, \"data_deps\": [2]}"),
       "j.json:1:1: a node depends on node 2"},
      {"workload " + file("k.goal", "num_ranks 1\nrank 0 {\nx\n}\n"), "k.goal:3:1:"},
      {"workload " + file("l.goal", "num_ranks 1\nrank 0 {\n}\n") + " --calc-unit 0ns", "--calc-unit"},
      {"simulate allreduce --seeds 5", "nothing is left to chance"},
      {"simulate allreduce --seeds 0 --map random", "'0'"},
      {"simulate allreduce --background 'host -> leaf=120%' --machine fat-tree:leaves=2,spines=1", "is no percentage"},
  };
  for (const auto& [arguments, message] : lines) {
    const Outcome outcome = ringwood(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments;
    EXPECT_EQ(outcome.output, "") << arguments;
    EXPECT_THAT(outcome.errors, HasSubstr(message)) << arguments;
    EXPECT_EQ(std::count(outcome.errors.begin(), outcome.errors.end(), '\n'), 1) << outcome.errors;
  }
}

TEST(Seeds, GiveADistributionThatIsTheSameEveryTime) {
  const std::string line =
      "simulate allreduce --algorithm ring --ranks 16 --machine torus:dims=4x4 --model flow --map random --seeds 9";
  const json record = records(line)[0];
  EXPECT_EQ(record["samples"], 9);
  EXPECT_LT(record["min_s"], record["max_s"]);
  EXPECT_EQ(record["time_s"], record["median_s"]);
  EXPECT_LE(record["min_s"], record["q05_s"]);
  EXPECT_LE(record["q25_s"], record["median_s"]);
  EXPECT_LE(record["q75_s"], record["q95_s"]);
  EXPECT_EQ(record, records(line)[0]);
  EXPECT_NE(record, records(line + " --seed 100")[0]);
  std::vector<double> each;
  for (int seed = 1; seed <= 9; ++seed) {
    each.push_back(
        records("simulate allreduce --algorithm ring --ranks 16 --machine torus:dims=4x4 --model flow --map "
                "random:" +
                std::to_string(seed))[0]["time_s"]);
  }
  std::sort(each.begin(), each.end());
  EXPECT_EQ(record["min_s"], each.front());
  EXPECT_EQ(record["median_s"], each[4]);
}

TEST(Background, LeavesOthersWhatItDoesNotTake) {
  const std::string line =
      "simulate allreduce --algorithm ring --ranks 8 --sizes 64MiB --machine "
      "fat-tree:leaves=2,spines=1,hosts-per-leaf=4,taper=1:4 --model flow";
  const double alone = records(line)[0]["time_s"];
  const double half = records(line + " --background 'leaf -> spine=50%;spine -> leaf=50%'")[0]["time_s"];
  EXPECT_GT(half, 1.2 * alone);
  EXPECT_EQ(records(line + " --background random:0%")[0]["time_s"], alone);
}

TEST(Interrupted, FinishedPointsAreWritten) {
  const TemporaryDirectory directory;
  const std::string file = directory / "points";
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    (void)!::freopen(file.c_str(), "w", stdout);
    (void)!::freopen("/dev/null", "w", stderr);
    // The second point has 2^32 messages.
    ::execl(RINGWOOD_BINARY_DIRECTORY "/ringwood", "ringwood", "simulate", "allreduce", "--algorithm",
            "recursive-doubling;ring", "--no-symmetry", "--ranks", "65536", "--sizes", "1MiB", "--format", "json",
            nullptr);
    ::_exit(127);
  }
  std::this_thread::sleep_for(std::chrono::seconds(1));
  ::kill(child, SIGINT);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  const std::string text = read_file(file);
  EXPECT_LE(json::parse(text).size(), 1U) << "whole records in a whole list, none of the second point: " << text;
}

}  // namespace
}  // namespace ringwood::cli
