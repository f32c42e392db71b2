// ringwood diff and merge: what changed from one file of results to another, and what belongs together.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

using ::testing::HasSubstr;

/// A measurement with an interval of `spread` on both sides, as its part of the median.
[[nodiscard]] std::string measured(const std::string& algorithm, int bytes, double time, double spread, int wrong = 0) {
  return nlohmann::ordered_json{{"id", algorithm + std::to_string(bytes)},
                                {"collective", "allreduce"},
                                {"algorithm", algorithm},
                                {"parameters", ""},
                                {"model", "real"},
                                {"ranks", 4},
                                {"bytes", bytes},
                                {"time_s", time},
                                {"samples", 50},
                                {"ci_low_s", time * (1 - spread)},
                                {"ci_high_s", time * (1 + spread)},
                                {"wrong", wrong}}
             .dump() +
         "\n";
}

class Diff : public ::testing::Test {
 protected:
  [[nodiscard]] Outcome between(const std::string& before, const std::string& after, const std::string& options = "") {
    std::ofstream(directory_ / "old.jsonl") << before;
    std::ofstream(directory_ / "new.jsonl") << after;
    return run_line("cd '" + directory_.path() + "' && ringwood diff old.jsonl new.jsonl --format json " + options);
  }

  [[nodiscard]] static std::string verdict(const Outcome& outcome, std::size_t index = 0) {
    return nlohmann::json::parse(outcome.output).at(index).at("verdict");
  }

  TemporaryDirectory directory_;
};

TEST_F(Diff, CallsTheSameTheSame) {
  const std::string results = measured("ring", 8, 1e-6, 0.02) + measured("bruck", 8, 2e-6, 0.02);
  const Outcome outcome = between(results, results);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(verdict(outcome), "same");
  EXPECT_THAT(outcome.errors, HasSubstr("2 points, 2 same"));
}

TEST_F(Diff, FindsWhatBecameSlowerOrFaster) {
  const Outcome slower = between(measured("ring", 8, 1e-6, 0.02), measured("ring", 8, 1.2e-6, 0.02));
  EXPECT_EQ(slower.code, 1);
  EXPECT_EQ(verdict(slower), "slower");
  const Outcome faster = between(measured("ring", 8, 1.2e-6, 0.02), measured("ring", 8, 1e-6, 0.02));
  EXPECT_EQ(faster.code, 0);
  EXPECT_EQ(verdict(faster), "faster");
}

TEST_F(Diff, DoesNotTakeChanceForAChange) {
  // Beyond the threshold, and the intervals reach far into each other.
  const Outcome wide = between(measured("ring", 8, 1e-6, 0.2), measured("ring", 8, 1.15e-6, 0.2));
  EXPECT_EQ(wide.code, 0);
  EXPECT_EQ(verdict(wide), "unclear");
  // Sure, and within the threshold.
  const Outcome small = between(measured("ring", 8, 1e-6, 0.002), measured("ring", 8, 1.03e-6, 0.002));
  EXPECT_EQ(small.code, 0);
  EXPECT_EQ(verdict(small), "same");
  EXPECT_EQ(between(measured("ring", 8, 1e-6, 0.002), measured("ring", 8, 1.03e-6, 0.002), "--threshold 1%").code, 1);
}

TEST_F(Diff, TakesAccountOfHowManyPointsThereAre) {
  // One in a thousand is as far off by chance as this one; alone it would be a finding.
  const auto results = [](double time) {
    std::string lines = measured("ring", 0, time, 0.1);
    for (int i = 1; i < 1000; ++i) {
      lines += measured("ring", i, 1e-6, 0.1);
    }
    return lines;
  };
  EXPECT_EQ(between(measured("ring", 0, 1e-6, 0.1), measured("ring", 0, 1.25e-6, 0.1)).code, 1);
  EXPECT_EQ(between(results(1e-6), results(1.25e-6)).code, 0);
}

TEST_F(Diff, TellsOfPointsInOneFileOnlyAndOfWrongData) {
  const Outcome outcome = between(measured("ring", 8, 1e-6, 0.02) + measured("bruck", 8, 1e-6, 0.02),
                                  measured("ring", 8, 1e-6, 0.02, 3) + measured("swing", 8, 1e-6, 0.02));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(verdict(outcome, 0), "only in old");
  EXPECT_EQ(verdict(outcome, 1), "wrong data");
  EXPECT_EQ(verdict(outcome, 2), "only in new");
}

TEST_F(Diff, RefusesThresholdsThatAreNone) {
  for (const char* const threshold : {"5", "x%", "%", "-1%", ".%", "1.2.3%"}) {
    EXPECT_EQ(between("", "", std::string("--threshold '") + threshold + "'").code, 2) << threshold;
  }
}

TEST(Merge, SaysWhoContradictsWhom) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "a.jsonl") << measured("ring", 8, 1e-6, 0.1);
  std::ofstream(directory / "b.jsonl") << measured("ring", 8, 2e-6, 0.1);
  std::ofstream(directory / "c.jsonl") << measured("ring", 8, 1e-6, 0.1) << R"({"id":"to)";
  const std::string in = "cd '" + directory.path() + "' && ringwood merge ";
  const Outcome conflict = run_line(in + "a.jsonl b.jsonl --output all.jsonl");
  EXPECT_EQ(conflict.code, 2);
  EXPECT_THAT(conflict.errors, HasSubstr("'a.jsonl' and 'b.jsonl' have different results"));
  EXPECT_FALSE(std::filesystem::exists(directory / "all.jsonl"));
  const Outcome torn = run_line(in + "a.jsonl c.jsonl --output a.jsonl");
  EXPECT_EQ(torn.code, 0) << torn.errors;
  EXPECT_THAT(torn.errors, HasSubstr("'c.jsonl' ends in the middle of a line"));
  EXPECT_EQ(read_file(directory / "a.jsonl"), measured("ring", 8, 1e-6, 0.1));
  EXPECT_EQ(run_line(in + "nowhere.jsonl").code, 2);
}

TEST(Merge, PutsMeasuredAndSimulatedIntoOneTable) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "m.jsonl") << measured("ring", 8, 1e-6, 0.1);
  ASSERT_EQ(run_line("cd '" + directory.path() +
                     "' && ringwood sweep allreduce --algorithm ring --ranks 4 --sizes 8 --output s.jsonl")
                .code,
            0);
  const Outcome csv = run_line("cd '" + directory.path() + "' && ringwood merge m.jsonl s.jsonl --format csv");
  ASSERT_EQ(csv.code, 0) << csv.errors;
  EXPECT_EQ(std::count(csv.output.begin(), csv.output.end(), '\n'), 3);
}

}  // namespace
}  // namespace ringwood::cli
