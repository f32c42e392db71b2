// ringwood bench and sweep over MPI, started as users start them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

using ::testing::HasSubstr;

[[nodiscard]] Outcome over_ranks(int ranks, const std::string& arguments) {
  return run_line("timeout -k 5 60 " RINGWOOD_MPIEXEC " -n " + std::to_string(ranks) + " ringwood " + arguments);
}

TEST(Bench, MeasuresAndChecks) {
  const Outcome outcome = over_ranks(
      2,
      "bench allreduce --algorithm 'ring;lanes(2, ring);native;selected' --sizes 8,10000 --budget 5ms --format json");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const auto records = nlohmann::json::parse(outcome.output);
  ASSERT_EQ(records.size(), 8U);
  for (const auto& record : records) {
    EXPECT_EQ(record["wrong"], 0);
    EXPECT_EQ(record["model"], "real");
    EXPECT_GE(record["samples"], 3);
    EXPECT_LE(record["min_s"], record["ci_low_s"]);
    EXPECT_LE(record["ci_low_s"], record["median_s"]);
    EXPECT_LE(record["median_s"], record["ci_high_s"]);
    EXPECT_LE(record["ci_high_s"], record["max_s"]);
    EXPECT_EQ(record["time_s"], record["median_s"]);
  }
  EXPECT_EQ(records[1]["algorithm"], "lanes(2, ring)");
  EXPECT_EQ(records[2]["algorithm"], "native");
}

TEST(Bench, ChecksEveryCollectiveTypeAndOperator) {
  for (const char* const arguments :
       {"allgather --algorithm 'all;native' --sizes 60", "reduce-scatter --algorithm 'all;native' --sizes 60",
        "broadcast --algorithm 'all;native' --sizes 60 --root 1", "reduce --algorithm 'all;native' --sizes 60 --root 2",
        "gather --algorithm 'all;native' --sizes 60", "scatter --algorithm 'all;native' --sizes 60",
        "allreduce --algorithm 'ring;native' --sizes 0,80 --type double --op prod",
        "allreduce --algorithm 'ring;native' --sizes 3,80 --type uint8 --op bxor",
        "allreduce --algorithm 'ring;native' --sizes 80 --type complex-double --op prod",
        "allreduce --algorithm 'ring;native' --sizes 80 --type long-double --op max",
        "allreduce --algorithm 'ring;native' --sizes 81 --type bool --op lxor",
        "allreduce --algorithm 'ring;one-shot' --sizes 82,200KiB --type bfloat16",
        "reduce-scatter --algorithm 'ring;direct' --sizes 82,200KiB --type float16 --op prod"}) {
    const Outcome outcome = over_ranks(3, "bench " + std::string(arguments) + " --budget 1ms --quiet");
    EXPECT_EQ(outcome.code, 0) << arguments << "\n" << outcome.output << outcome.errors;
  }
}

TEST(Bench, MeasuresAScheduleFromAFileBesideOthers) {
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/schedule";
  const std::string read = "--file " + file + " --sizes 8,10000 --budget 5ms --format json";
  for (const char* const what : {"reduce binomial --root 1", "allreduce 'lanes(2, ring)'", "allgather bruck"}) {
    ASSERT_EQ(run_line("ringwood export " + std::string(what) + " --ranks 3 --format text > " + file).code, 0) << what;
    const Outcome outcome = over_ranks(3, "bench " + read + " --algorithm native");
    ASSERT_EQ(outcome.code, 0) << what << outcome.errors;
    const auto records = nlohmann::json::parse(outcome.output);
    ASSERT_EQ(records.size(), 4U);
    EXPECT_EQ(records[0]["wrong"], 0);
    EXPECT_GT(records[0]["messages"], 0);
    EXPECT_EQ(records[1]["algorithm"], "native");
  }
  const Outcome others = over_ranks(2, "bench " + read);
  EXPECT_EQ(others.code, 2);
  EXPECT_THAT(others.errors, HasSubstr("is for 3 ranks; 2 were started"));
}

TEST(Bench, MeasuresWhatTheMpiLibraryHas) {
  const Outcome outcome = over_ranks(
      2, "bench allreduce --algorithm 'ring;native;native-all' --sizes 1KiB,64KiB --budget 2ms --format json");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const auto records = nlohmann::json::parse(outcome.output);
  std::set<std::string> names;
  for (const auto& record : records) {
    EXPECT_EQ(record["wrong"], 0);
    EXPECT_EQ(record["sync"], "barrier");
    names.insert(record["algorithm"].get<std::string>() + " " + record["parameters"].get<std::string>());
  }
  EXPECT_EQ(records.size(), 2 * names.size());
  EXPECT_TRUE(names.contains("ring "));
  EXPECT_TRUE(names.contains("native "));
  EXPECT_TRUE(names.contains("native algorithm=recursive_doubling")) << "both libraries have it";
  EXPECT_GE(names.size(), 5U);
}

TEST(Bench, RefusesWhatTheMpiLibraryHasNot) {
  const Outcome unknown = over_ranks(2, "bench allreduce --algorithm native:algorithm=recursive_dubling --sizes 64");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.errors, HasSubstr("did you mean 'recursive_doubling'?"));
  EXPECT_THAT(over_ranks(2, "bench allreduce --algorithm native:algorithm --sizes 64").errors, HasSubstr("KEY=VALUE"));
  EXPECT_THAT(over_ranks(2, "bench allreduce --algorithm native:segment=8 --sizes 64").errors,
              HasSubstr("names no algorithm"));
  EXPECT_THAT(over_ranks(2, "bench allreduce --algorithm native:algo=ring --sizes 64").errors,
              HasSubstr("accepted keys: algorithm, segment, fanout"));
}

TEST(Bench, BeginsByTheClockWhereAskedTo) {
  const Outcome outcome = over_ranks(
      2, "bench allreduce --algorithm 'ring;native' --sizes 1MiB --sync round-time --budget 20ms --format json");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  for (const auto& record : nlohmann::json::parse(outcome.output)) {
    EXPECT_EQ(record["wrong"], 0);
    EXPECT_GE(record["samples"], 3);
    EXPECT_GE(record["late"], 0);
    EXPECT_TRUE(record["sync"] == "round-time" || record["late"] > 0) << "only for lack of time it is a barrier";
  }
}

TEST(Sweep, StartsTheRanksItself) {
  const TemporaryDirectory directory;
  const std::string file = directory / "r.jsonl";
  std::ofstream(directory / "plan.yaml") << "schema: ringwood.plan/1\n"
                                            "simulate: false\n"
                                            "defaults: {budget: 1ms, sizes: [8, 1KiB]}\n"
                                            "sweeps:\n"
                                            "  - {collective: allreduce, ranks: [2, 3], algorithm: ring}\n"
                                            "  - {collective: allgather, ranks: 3, algorithm: native}\n";
  const std::string sweep = "timeout -k 5 100 ringwood sweep " + (directory / "plan.yaml") +
                            " --launcher " RINGWOOD_MPIEXEC " --output " + file + " --format json";
  const Outcome outcome = run_line(sweep);
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const auto records = nlohmann::json::parse(outcome.output);
  ASSERT_EQ(records.size(), 6U) << outcome.output;
  EXPECT_EQ(records[0]["ranks"], 2);
  EXPECT_EQ(records[5]["collective"], "allgather");
  EXPECT_EQ(records[5]["ranks"], 3);
  const std::string before = read_file(file);
  EXPECT_EQ(nlohmann::json::parse(run_line(sweep).output), records);
  EXPECT_EQ(read_file(file), before) << "everything was there";
}

/// Events of a trace by sender, receiver, call and round: how many messages began and how many came.
void check_trace(const nlohmann::json& events, std::size_t ranks) {
  std::map<std::tuple<std::string, std::string, int, int, int>, std::array<int, 2>> messages;
  std::set<int> rows;
  std::set<std::string> algorithms;
  for (const nlohmann::json& event : events) {
    if (event["ph"] != "X") {
      continue;
    }
    EXPECT_GE(event["ts"], 0);
    EXPECT_GE(event["dur"], 0);
    rows.insert(event["tid"].get<int>());
    const std::string name = event["name"];
    const std::string rank = std::to_string(event["tid"].get<int>());
    const std::string peer = name.substr(name.rfind(' ') + 1);
    const auto& arguments = event["args"];
    if (name.starts_with("call ")) {
      algorithms.insert(arguments["algorithm"].get<std::string>());
    } else if (const bool sends = name.starts_with("send to "); sends || name.find("from") != std::string::npos) {
      ++messages[{sends ? rank : peer, sends ? peer : rank, arguments["call"], arguments["round"], arguments["lane"]}]
                [sends ? 0 : 1];
    }
  }
  EXPECT_EQ(rows.size(), ranks);
  EXPECT_EQ(algorithms, (std::set<std::string>{"ring", "lanes(2, ring)", "native"}));
  EXPECT_GT(messages.size(), ranks);
  for (const auto& [message, count] : messages) {
    EXPECT_EQ(count[0], count[1]) << std::get<0>(message) << " to " << std::get<1>(message) << ", call "
                                  << std::get<2>(message) << ", round " << std::get<3>(message);
  }
}

TEST(Bench, TracesWhatRanksReallyDid) {
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/trace.json";
  const std::string measured = " --algorithm 'ring;lanes(2, ring);native' --sizes 1000,300000 --budget 1ms --quiet";
  for (const char* const shared_memory : {"0", "1"}) {
    ::setenv("RINGWOOD_SHARED_MEMORY", shared_memory, 1);
    const Outcome outcome = over_ranks(3, "bench allreduce" + measured + " --trace " + file);
    ::unsetenv("RINGWOOD_SHARED_MEMORY");
    ASSERT_EQ(outcome.code, 0) << outcome.errors;
    check_trace(nlohmann::json::parse(std::ifstream(file))["traceEvents"], 3);
  }
  EXPECT_EQ(run_line("ringwood report " + file + " --output " + directory.path() + "/page.html").code, 0);
  const Outcome nowhere = over_ranks(2, "bench allreduce" + measured + " --trace /nonexistent/file");
  EXPECT_EQ(nowhere.code, 3);
  EXPECT_THAT(nowhere.errors, HasSubstr("/nonexistent/file"));
}

TEST(Bench, WrongUseIsSaidOnce) {
  const Outcome outcome = over_ranks(2, "bench allreduce --algorithm rnig");
  EXPECT_EQ(outcome.code, 2);
  const std::size_t first = outcome.errors.find("did you mean 'ring'?");
  ASSERT_NE(first, std::string::npos) << outcome.errors;
  EXPECT_EQ(outcome.errors.find("did you mean 'ring'?", first + 1), std::string::npos) << outcome.errors;
}

TEST(Sweep, MeasuresAndGoesOn) {
  const TemporaryDirectory directory;
  const std::string file = directory / "m.jsonl";
  const std::string line =
      "sweep allreduce allgather --algorithm 'ring;native' --sizes 8,1KiB --budget 1ms --output '" + file + "'";
  ASSERT_EQ(over_ranks(2, line).code, 0);
  const std::string whole = read_file(file);
  EXPECT_EQ(std::count(whole.begin(), whole.end(), '\n'), 8);
  // In the middle of a line, wherever the lines' lengths put half of the file.
  const std::size_t kept_size = whole.find('\n', whole.size() / 2 - 1) + 1;
  std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, kept_size + 20);
  const Outcome outcome = over_ranks(2, line);
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("ended in the middle of a line"));
  const std::string again = read_file(file);
  EXPECT_EQ(std::count(again.begin(), again.end(), '\n'), 8);
  // What was whole is still there, measured once.
  EXPECT_EQ(again.substr(0, kept_size), whole.substr(0, kept_size));
  const std::string simulated = directory / "s.jsonl";
  ASSERT_EQ(
      ringwood("sweep allreduce allgather --algorithm ring --ranks 2 --sizes 8,1KiB --output '" + simulated + "'").code,
      0);
  const Outcome compared = ringwood("compare '" + file + "' '" + simulated + "'");
  EXPECT_EQ(compared.code, 0) << compared.errors;
  EXPECT_THAT(compared.output, HasSubstr("allgather on 2 ranks"));
  EXPECT_THAT(compared.output, HasSubstr("fastest"));
}

TEST(Sweep, SimulatesOnAllRanksWhatOneProcessDoes) {
  const TemporaryDirectory directory;
  const std::string grid = "sweep allreduce allgather --ranks 2..16 --sizes 8,64KiB ";
  const Outcome solo = ringwood(grid + "--format csv");
  for (const int ranks : {1, 2, 3}) {
    const std::string file = directory / std::to_string(ranks);
    const Outcome shared = over_ranks(ranks, grid + "--simulate --format csv --output '" + file + "'");
    ASSERT_EQ(shared.code, 0) << shared.errors;
    // A file adds the points' numbers.
    EXPECT_EQ(std::count(shared.output.begin(), shared.output.end(), '\n'),
              std::count(solo.output.begin(), solo.output.end(), '\n'));
    EXPECT_EQ(ringwood("merge '" + file + "'").output, ringwood("merge '" + directory / "1" + "'").output);
    EXPECT_EQ(over_ranks(ranks, grid + "--simulate --format csv --output '" + file + "' --quiet").output, shared.output)
        << "all of it is in the file";
  }
}

TEST(Sweep, MeasuresItsShardsAndEndsInTime) {
  const TemporaryDirectory directory;
  const std::string sweep = "sweep allreduce --algorithm 'ring;native' --sizes 8,64 --budget 5ms --quiet --output ";
  const std::string one = directory / "1";
  const std::string two = directory / "2";
  EXPECT_EQ(over_ranks(2, sweep + "'" + one + "' --shard 1/2 --time-budget 0s").code, 75);
  ASSERT_EQ(over_ranks(2, sweep + "'" + one + "' --shard 1/2").code, 0);
  ASSERT_EQ(over_ranks(2, sweep + "'" + two + "' --shard 2/2 --time-budget 10min").code, 0);
  const Outcome merged = ringwood("merge '" + one + "' '" + two + "'");
  ASSERT_EQ(merged.code, 0) << merged.errors;
  EXPECT_EQ(std::count(merged.output.begin(), merged.output.end(), '\n'), 4);
}

TEST(Doctor, SeesTheRanks) {
  const Outcome outcome = over_ranks(2, "doctor --format json");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const auto findings = nlohmann::json::parse(outcome.output);
  ASSERT_EQ(findings.size(), 9U);
  EXPECT_EQ(findings[1]["check"], "launcher");
  EXPECT_THAT(findings[1]["found"].get<std::string>(), HasSubstr("2 ranks"));
}

TEST(Sweep, OtherRanksThanStartedAreRefused) {
  const Outcome outcome = over_ranks(2, "sweep allreduce --ranks 4");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.errors, HasSubstr("--ranks 4 cannot be measured by 2 ranks"));
}

}  // namespace
}  // namespace ringwood::cli
