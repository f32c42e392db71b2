// ringwood sweep and compare: files of results that survive interruptions.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGrid = "sweep allreduce allgather --algorithm 'ring;circulant' --ranks 4,5 --sizes 8,1KiB";

[[nodiscard]] std::string sweep_into(const std::string& file) {
  return std::string(kGrid) + " --output '" + file + "'";
}

TEST(Sweep, WritesOneRecordAPoint) {
  const TemporaryDirectory directory;
  const Outcome outcome = ringwood(sweep_into(directory / "r.jsonl"));
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  std::istringstream lines(read_file(directory / "r.jsonl"));
  std::set<std::string> ids;
  for (std::string line; std::getline(lines, line);) {
    ids.insert(nlohmann::json::parse(line).at("id").get<std::string>());
  }
  EXPECT_EQ(ids.size(), 16U);
}

TEST(Sweep, GoesOnAfterATornLine) {
  const TemporaryDirectory directory;
  const std::string file = directory / "r.jsonl";
  const std::string whole_table = ringwood(sweep_into(file)).output;
  const std::string whole = read_file(file);
  for (const std::size_t cut : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, cut);
    const Outcome outcome = ringwood(sweep_into(file));
    ASSERT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_EQ(read_file(file), whole) << cut;
    EXPECT_EQ(outcome.output, whole_table);
    if (cut > 0) {
      EXPECT_THAT(outcome.errors, HasSubstr("ended in the middle of a line"));
    }
  }
  const Outcome again = ringwood(sweep_into(file));
  EXPECT_EQ(read_file(file), whole);
  EXPECT_THAT(again.errors, HasSubstr("16 of 16 points are in the file already"));
}

TEST(Sweep, DryRunDoesNothing) {
  const TemporaryDirectory directory;
  const Outcome outcome = ringwood(sweep_into(directory / "r.jsonl") + " --dry-run");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.output, "16 points, 0 finished already, 16 to do\n");
  EXPECT_EQ(read_file(directory / "r.jsonl"), "");
}

TEST(Sweep, NamesTheLineThatIsNoResult) {
  const TemporaryDirectory directory;
  const std::string file = directory / "r.jsonl";
  for (const char* const line : {"nonsense\n", "[1]\n", "{\"id\":\"x\"}\n", "{\"id\":{}}\n"}) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << "\n" << line;
    const Outcome outcome = ringwood(sweep_into(file));
    EXPECT_EQ(outcome.code, 2) << line;
    EXPECT_THAT(outcome.errors, HasSubstr(file + ":2: "));
    EXPECT_EQ(read_file(file), std::string("\n") + line) << "a file that is not ours is left alone";
  }
}

TEST(Compare, SetsMeasuredBesideSimulated) {
  const TemporaryDirectory directory;
  const auto record = [](const char* algorithm, const char* model, double time) {
    return nlohmann::ordered_json{{"collective", "allreduce"},
                                  {"algorithm", algorithm},
                                  {"parameters", ""},
                                  {"model", model},
                                  {"ranks", 4},
                                  {"bytes", 8},
                                  {"time_s", time},
                                  {"ci_low_s", time * 0.9},
                                  {"ci_high_s", time * 1.1}}
               .dump() +
           "\n";
  };
  std::ofstream(directory / "m.jsonl") << record("ring", "real", 2e-6) << record("bruck", "real", 2.2e-6)
                                       << record("pat", "real", 5e-6) << record("native", "real", 4e-6);
  std::ofstream(directory / "s.jsonl") << record("ring", "loggops", 1e-6) << record("pat", "loggops", 0.5e-6);
  const std::string files = "'" + (directory / "m.jsonl") + "' '" + (directory / "s.jsonl") + "'";
  const Outcome outcome = ringwood("compare " + files + " --format json");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const auto rows = nlohmann::json::parse(outcome.output);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0]["best"], "fastest");
  EXPECT_DOUBLE_EQ(rows[0]["ratio"], 0.5);
  EXPECT_DOUBLE_EQ(rows[0]["speedup"], 2.0);
  EXPECT_EQ(rows[1]["best"], "tie");
  EXPECT_EQ(rows[1]["simulated_s"], nullptr);
  EXPECT_EQ(rows[2]["best"], "predicted");
  EXPECT_EQ(ringwood("compare " + files).code, 0);
}

}  // namespace
}  // namespace ringwood::cli
