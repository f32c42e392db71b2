// ringwood sweep and compare: files of results that survive interruptions.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
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

/// The lines in an order that does not depend on which thread was faster.
[[nodiscard]] std::multiset<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::multiset<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.insert(line);
  }
  return lines;
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
    EXPECT_EQ(lines_of(read_file(file)), lines_of(whole)) << cut;
    EXPECT_EQ(outcome.output, whole_table);
    if (cut > 0) {
      EXPECT_THAT(outcome.errors, HasSubstr("ended in the middle of a line"));
    }
  }
  const std::string before = read_file(file);
  const Outcome again = ringwood(sweep_into(file));
  EXPECT_EQ(read_file(file), before);
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

TEST(Sweep, ThreadsMakeNoDifference) {
  const Outcome one = ringwood(std::string(kGrid) + " --threads 1 --format csv");
  const Outcome four = ringwood(std::string(kGrid) + " --threads 4 --format csv");
  ASSERT_EQ(one.code, 0) << one.errors;
  EXPECT_EQ(one.output, four.output);
}

// With the words of simulate, and its times.
TEST(Sweep, TakesOrderNoiseAndNics) {
  const std::string point = " alltoall --algorithm direct --ranks 8 --sizes 64KiB --machine crossbar:hosts=8 ";
  std::set<std::string> ids;
  for (const char* const options : {"", "--order first-come", "--nics rail:4", "--noise exponential:1us@5us --seed 2",
                                    "--noise exponential:1us@5us --seed 3"}) {
    const TemporaryDirectory directory;
    const std::string file = directory / "results.jsonl";
    const Outcome swept = ringwood("sweep --simulate --output " + file + point + options);
    ASSERT_EQ(swept.code, 0) << options << ": " << swept.errors;
    const Outcome simulated = ringwood("simulate --format json" + point + options);
    ASSERT_EQ(simulated.code, 0) << options << ": " << simulated.errors;
    const nlohmann::json line = nlohmann::json::parse(read_file(file));
    EXPECT_EQ(line["time_s"], nlohmann::json::parse(simulated.output).at(0)["time_s"]) << options;
    EXPECT_TRUE(ids.insert(line["id"].get<std::string>()).second) << options;
  }
  for (const char* const wrong : {"--order foo", "--nics 0", "--noise foo"}) {
    EXPECT_EQ(ringwood("sweep --simulate" + point + wrong).code, 2) << wrong;
  }
}

// Sizes of one schedule are simulated in one pass over it where that pays: on a tree, where ranks are not all alike.
TEST(Sweep, SizesInOnePassTakeTheTimesOfEachAlone) {
  const std::string points =
      " allreduce --algorithm 'recursive-doubling;swing-latency' --ranks 8192 --sizes 1KiB..64KiB*4 "
      "--machine fat-tree:leaves=256,hosts-per-leaf=32,spines=8 ";
  const TemporaryDirectory directory;
  const Outcome swept = ringwood("sweep --simulate --threads 1 --output " + (directory / "together") + points);
  ASSERT_EQ(swept.code, 0) << swept.errors;
  const Outcome simulated = ringwood("simulate --format json" + points);
  ASSERT_EQ(simulated.code, 0) << simulated.errors;
  std::map<std::string, nlohmann::json> times;
  for (const nlohmann::json& record : nlohmann::json::parse(simulated.output)) {
    times[record["algorithm"].get<std::string>() + " " + record["bytes"].dump()] = record["time_s"];
  }
  EXPECT_EQ(times.size(), 8U);
  std::istringstream lines(read_file(directory / "together"));
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json record = nlohmann::json::parse(line);
    const std::string key = record["algorithm"].get<std::string>() + " " + record["bytes"].dump();
    ASSERT_EQ(times.count(key), 1U) << line;
    EXPECT_EQ(record["time_s"], times[key]) << line;
    times.erase(key);
  }
  EXPECT_TRUE(times.empty());
}

TEST(Sweep, ShardsMergeIntoTheWhole) {
  const TemporaryDirectory directory;
  ASSERT_EQ(ringwood(sweep_into(directory / "whole.jsonl")).code, 0);
  ASSERT_EQ(run_line("cd '" + directory.path() + "' && ringwood merge whole.jsonl --output whole").code, 0);
  for (const int shards : {1, 3, 8, 20}) {
    std::string files;
    std::size_t lines = 0;
    for (int shard = 1; shard <= shards; ++shard) {
      const std::string file = directory / (std::to_string(shards) + "-" + std::to_string(shard) + ".jsonl");
      const Outcome outcome =
          ringwood(sweep_into(file) + " --shard " + std::to_string(shard) + "/" + std::to_string(shards));
      ASSERT_EQ(outcome.code, 0) << outcome.errors;
      lines += lines_of(read_file(file)).size();
      files = " '" + file + "'" + files;  // the order of the files does not matter
    }
    EXPECT_EQ(lines, 16U) << "each point is in one shard";
    const Outcome merged = ringwood("merge" + files + " --output '" + directory / "merged" + "'");
    ASSERT_EQ(merged.code, 0) << merged.errors;
    EXPECT_EQ(read_file(directory / "merged"), read_file(directory / "whole")) << shards;
  }
  EXPECT_EQ(ringwood(std::string(kGrid) + " --shard 0/2 --format csv").output,
            ringwood(std::string(kGrid) + " --shard 2/2 --format csv").output);
}

TEST(Sweep, TakesItsShardFromAJobArray) {
  const std::string task = "SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_ID=";
  const std::string command = " ringwood " + std::string(kGrid) + " --format csv --shard ";
  EXPECT_EQ(run_line(task + "5" + command + "slurm").output,
            run_line("ringwood " + std::string(kGrid) + " --format csv --shard 0/2").output);
  EXPECT_EQ(run_line(task + "6" + command + "slurm").output,
            run_line("ringwood " + std::string(kGrid) + " --format csv --shard 1/2").output);
  EXPECT_EQ(ringwood(std::string(kGrid) + " --shard slurm").code, 2);
}

TEST(Sweep, RefusesShardsThatAreNone) {
  for (const char* const shard : {"3/2", "1", "1/0", "-1/2", "a/b", "1/2/3", ""}) {
    std::string command = kGrid;
    command.append(" --shard '").append(shard).append("'");
    const Outcome outcome = ringwood(command);
    EXPECT_EQ(outcome.code, 2) << shard;
    EXPECT_EQ(outcome.output, "") << shard;
  }
}

TEST(Sweep, EndsInTimeAndGoesOn) {
  const TemporaryDirectory directory;
  const std::string file = directory / "r.jsonl";
  const std::string command = sweep_into(file) + " --threads 1 --time-budget ";
  const Outcome none = ringwood(command + "0s");
  EXPECT_EQ(none.code, 75);
  EXPECT_EQ(none.output, "");
  EXPECT_THAT(none.errors, HasSubstr("out of time with 16 of 16 points to do"));
  EXPECT_EQ(ringwood(command + "10min").code, 0);
  EXPECT_EQ(ringwood(command + "1h").code, 0);
  EXPECT_EQ(ringwood(command + "10").code, 2);
  EXPECT_EQ(ringwood(command + "min").code, 2);
  EXPECT_EQ(lines_of(read_file(file)).size(), 16U);
}

TEST(Sweep, IsPrintedAsOtherProgramsDo) {
  const std::string sweep = "sweep allgather --algorithm ring --ranks 4 --sizes 64,1KiB --type int32 --format ";
  const Outcome osu = ringwood(sweep + "osu");
  ASSERT_EQ(osu.code, 0) << osu.errors;
  EXPECT_THAT(osu.output, HasSubstr("# OSU MPI Allgather Latency Test v7.4\n"));
  EXPECT_THAT(osu.output, HasSubstr("# Datatype: MPI_INT32.\n"));
  EXPECT_THAT(osu.output, HasSubstr("\n16        ")) << "OSU counts what one rank sends";
  EXPECT_THAT(osu.output, HasSubstr("\n256       "));
  const Outcome nccl = ringwood(sweep + "nccl");
  EXPECT_THAT(nccl.output, HasSubstr("\n        1024           256     int32    none      -1 "));
  EXPECT_THAT(nccl.output, HasSubstr("# Out of bounds values : 0 OK\n"));
  EXPECT_THAT(ringwood(sweep + "imb").output, HasSubstr("# #processes = 4\n"));
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
