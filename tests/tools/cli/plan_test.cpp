// ringwood sweep PLAN.yaml: plans of several grids.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kPlan = R"(schema: ringwood.plan/1
title: two grids
defaults: {type: float, algorithm: [ring, circulant]}
sweeps:
  - {collective: [allreduce, allgather], ranks: [4, 5], sizes: [8, 1KiB]}
  - collective: broadcast
    ranks: 4
    sizes: 64..1KiB*4
    algorithm: binomial
    loggops: {L: 2us, o: 1us}
)";

class Plan : public ::testing::Test {
 protected:
  [[nodiscard]] Outcome sweep(const std::string& plan, const std::string& options = "") {
    std::ofstream(directory_ / "plan.yaml", std::ios::binary) << plan;
    return run_line("cd '" + directory_.path() + "' && ringwood sweep plan.yaml " + options);
  }

  [[nodiscard]] static std::set<std::string> ids_of(const Outcome& outcome) {
    std::set<std::string> ids;
    for (const auto& record : nlohmann::json::parse(outcome.output)) {
      ids.insert(record.at("id").get<std::string>());
    }
    return ids;
  }

  TemporaryDirectory directory_;
};

TEST_F(Plan, HasThePointsOfItsGrids) {
  const Outcome outcome = sweep(kPlan, "--format json");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const auto records = nlohmann::json::parse(outcome.output);
  ASSERT_EQ(records.size(), 16U + 3U);
  EXPECT_EQ(records[18].at("collective"), "broadcast");
  EXPECT_EQ(records[18].at("bytes"), 1024);
}

TEST_F(Plan, PointsHaveTheSameIdsAsOnTheCommandLine) {
  std::set<std::string> ids = ids_of(
      ringwood("sweep allreduce allgather --algorithm 'ring;circulant' --ranks 4,5 --sizes 8,1KiB --format json"));
  ids.merge(ids_of(ringwood(
      "sweep broadcast --algorithm binomial --ranks 4 --sizes 64,256,1KiB --loggops L=2us,o=1us --format json")));
  EXPECT_EQ(ids_of(sweep(kPlan, "--format json")), ids);
}

TEST_F(Plan, GoesOnWhereItStopped) {
  const std::string file = directory_ / "r.jsonl";
  const Outcome first = sweep(kPlan, "--output r.jsonl");
  ASSERT_EQ(first.code, 0) << first.errors;
  const std::string whole = read_file(file);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, whole.size() / 3);
  const Outcome second = sweep(kPlan, "--output r.jsonl");
  ASSERT_EQ(second.code, 0) << second.errors;
  EXPECT_EQ(second.output, first.output);
  EXPECT_THAT(sweep(kPlan, "--output r.jsonl").errors, HasSubstr("19 of 19 points are in the file already"));
  EXPECT_EQ(sweep(kPlan, "--output r.jsonl --dry-run").output, "19 points, 19 finished already, 0 to do\n");
}

TEST_F(Plan, TheSamePointTwiceIsOnePoint) {
  const std::string twice =
      "schema: ringwood.plan/1\nsweeps: [&g {collective: allreduce, ranks: 4, sizes: 8, algorithm: ring}, *g]\n";
  EXPECT_EQ(ids_of(sweep(twice, "--format json")).size(), 1U);
}

TEST_F(Plan, TheCommandLineGoesFirst) {
  const auto records = nlohmann::json::parse(sweep(kPlan, "--sizes 16 --format json").output);
  ASSERT_EQ(records.size(), 9U);
  for (const auto& record : records) {
    EXPECT_EQ(record.at("bytes"), 16);
  }
}

TEST_F(Plan, IsRefusedWithThePlace) {
  const std::string grid = "{collective: allreduce, ranks: 4, sizes: 8}";
  const auto with = [](const std::string& sweep) { return "schema: ringwood.plan/1\nsweeps:\n  - " + sweep + "\n"; };
  const std::pair<std::string, std::string> kWrong[] = {
      {"sweeps: [" + grid + "]\n", "plan.yaml:1:1: a plan has 'schema: ringwood.plan/1'"},
      {"schema: ringwood.plan/2\nsweeps: [" + grid + "]\n", "plan.yaml:1:9: "},
      {"schema: ringwood.plan/1\n", "a list 'sweeps'"},
      {"schema: ringwood.plan/1\nsweeps: []\n", "plan.yaml:2:9: "},
      {"", "a mapping of"},
      {"[1, 2", "plan.yaml:"},
      {"schema: ringwood.plan/1\nsweep: [" + grid + "]\n", "did you mean 'sweeps'?"},
      {with("{collective: allreduce, rank: 4}"), "plan.yaml:3:29: a sweep has no key 'rank', did you mean 'ranks'?"},
      {with("{collective: allreduce, ranks: 4, ranks: 5}"), "twice"},
      {with("{ranks: 4}"), "a sweep has a 'collective'"},
      {with("{collective: alreduce, ranks: 4}"), "plan.yaml:3:5: unknown collective 'alreduce', did you mean"},
      {with("{collective: allreduce, ranks: 4, algorithm: rnig}"), "did you mean 'ring'?"},
      {with("{collective: allreduce, ranks: [[4]]}"), "a list of plain values"},
      {with("{collective: allreduce, ranks: {a: 4}}"), "'ranks' must be a value or a list"},
      {with("{collective: allreduce, ranks: 4, sizes: 8x}"), "plan.yaml:3:5: "},
      {with("{collective: allreduce, ranks: 4, machine: [a]}"), "'machine' must be a value"},
      {with(grid) + "simulate: yes\n", "'simulate' must be true or false"},
      {with("{collective: allreduce, launcher: 'rm -rf /'}"), "has no key 'launcher'"},
      {with("{collective: allreduce, output: x}"), "has no key 'output'"}};
  for (const auto& [plan, expected] : kWrong) {
    const Outcome outcome = sweep(plan);
    EXPECT_EQ(outcome.code, 2) << plan << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr(expected)) << plan;
    EXPECT_THAT(outcome.errors, StartsWith("ringwood sweep: ")) << plan;
    EXPECT_EQ(std::count(outcome.errors.begin(), outcome.errors.end(), '\n'), 1) << outcome.errors;
    EXPECT_EQ(outcome.output, "") << plan;
  }
  EXPECT_EQ(ringwood("sweep nowhere.yaml").code, 2);
  EXPECT_THAT(sweep(kPlan, "allreduce").errors, HasSubstr("a plan stands alone"));
}

TEST_F(Plan, WhatIsToBeMeasuredIsNotSimulated) {
  const Outcome outcome = sweep(std::string(kPlan) + "simulate: false\n");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.errors, HasSubstr("--launcher"));
  EXPECT_EQ(sweep(std::string(kPlan) + "simulate: true\n", "--launcher mpirun").code, 2);
}

TEST(Launcher, IsRefusedWhereItMeansNothing) {
  EXPECT_THAT(ringwood("sweep allreduce --launcher mpirun").errors, HasSubstr("--launcher needs --ranks"));
  EXPECT_THAT(ringwood("sweep allreduce --ranks 2 --launcher ''").errors, HasSubstr("--launcher is empty"));
  EXPECT_THAT(ringwood("sweep allreduce --ranks 2 --simulate --launcher mpirun").errors, HasSubstr("for measurements"));
  const Outcome missing = ringwood("sweep allreduce --ranks 2 --launcher no-such-launcher");
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.errors, HasSubstr("cannot start 'no-such-launcher'"));
}

TEST(Launcher, IsNoShell) {
  const TemporaryDirectory directory;
  const std::string file = directory / "made";
  const Outcome outcome = ringwood("sweep allreduce --ranks 2 --launcher 'true ; touch " + file + "'");
  EXPECT_FALSE(std::filesystem::exists(file)) << outcome.errors;
}

}  // namespace
}  // namespace ringwood::cli
