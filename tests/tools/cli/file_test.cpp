// Schedules as files: exported, read back, and refused where they are wrong.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class ScheduleFile : public ::testing::Test {
 protected:
  /// Exports and returns the quoted path.
  [[nodiscard]] std::string exported(const std::string& what, const std::string& name) const {
    std::string path = "'" + directory_ / name + "'";
    const Outcome outcome = ringwood("export " + what + " --output " + path);
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "");
    return path;
  }

  [[nodiscard]] std::string written(const std::string& text, const std::string& name) const {
    std::ofstream(directory_ / name, std::ios::binary) << text;
    return "'" + directory_ / name + "'";
  }

  TemporaryDirectory directory_;
};

/// The text with the first `old` replaced, which must be there.
[[nodiscard]] std::string with_replaced(std::string text, const std::string& old, const std::string& replacement) {
  const std::size_t position = text.find(old);
  EXPECT_NE(position, std::string::npos) << old << " is not in\n" << text;
  return position == std::string::npos ? text : text.replace(position, old.size(), replacement);
}

TEST_F(ScheduleFile, IsProvedLikeTheAlgorithmThatItCameFrom) {
  for (const char* const what : {"allreduce ring --ranks 5", "allgather bruck --ranks 6", "broadcast chain --ranks 4",
                                 "reduce-scatter pat:aggregation=4 --ranks 8", "reduce binomial --ranks 5 --root 3",
                                 "allreduce 'lanes(2, ring)' --ranks 4", "alltoall pairwise --ranks 3"}) {
    const Outcome proof = ringwood("verify --format json --file " + exported(what, "schedule.txt"));
    ASSERT_EQ(proof.code, 0) << what << proof.errors << proof.output;
    const Outcome direct = ringwood("verify --format json " + std::string(what));
    ASSERT_EQ(direct.code, 0) << what << direct.errors;
    auto read = nlohmann::json::parse(proof.output)[0];
    auto made = nlohmann::json::parse(direct.output)[0];
    // A file cannot say that it would be the same for other numbers of ranks or placements.
    read.erase("reproducibility");
    made.erase("reproducibility");
    EXPECT_EQ(read, made) << what;
  }
}

TEST_F(ScheduleFile, OfMscclIsProvedAndSimulated) {
  const std::string file = exported("allreduce rabenseifner --ranks 8 --format msccl-xml", "schedule.xml");
  EXPECT_EQ(ringwood("verify --file " + file).code, 0);
  const Outcome read = ringwood("simulate --sizes 8,1MiB --format json --file " + file);
  ASSERT_EQ(read.code, 0) << read.errors;
  const Outcome direct = ringwood("simulate allreduce --algorithm rabenseifner --ranks 8 --sizes 8,1MiB --format json");
  EXPECT_EQ(read.output, direct.output);
}

TEST_F(ScheduleFile, IsShownAndConvertedLikeItsAlgorithm) {
  const std::string file = exported("allreduce ring --ranks 4", "schedule.txt");
  EXPECT_EQ(ringwood("show --file " + file).output, ringwood("show allreduce ring --ranks 4").output);
  EXPECT_EQ("'" + ringwood("export --file " + file).output + "'", "'" + read_file(directory_ / "schedule.txt") + "'");
  for (const char* const format : {"msccl-xml", "goal"}) {
    const std::string as = std::string(" --format ") + format;
    EXPECT_EQ(ringwood("export --file " + file + as).output, ringwood("export allreduce ring --ranks 4" + as).output);
  }
}

TEST_F(ScheduleFile, GoalHasBytesAndNanoseconds) {
  const Outcome outcome = ringwood("export allreduce ring --ranks 4 --format goal --sizes 64KiB --gamma 0.5ns");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("num_ranks 4\n"));
  EXPECT_THAT(outcome.output, HasSubstr("send 16384b to 1"));
  EXPECT_THAT(outcome.output, HasSubstr("calc 8192\n"));
}

TEST_F(ScheduleFile, ThatLosesAContributionFails) {
  const std::string good = ringwood("export allreduce ring --ranks 4").output;
  // Rank 0 overwrites what it should add to.
  const std::string file = written(with_replaced(good, "receive-reduce 3 2 left", "receive 3 2"), "broken.txt");
  const Outcome proof = ringwood("verify --format json --file " + file);
  EXPECT_EQ(proof.code, 1);
  EXPECT_THAT(proof.errors, HasSubstr("0 schedules proved, 1 failed"));
  ASSERT_FALSE(proof.output.empty()) << proof.errors;
  const auto record = nlohmann::json::parse(proof.output)[0];
  EXPECT_EQ(record["ok"], false);
  EXPECT_EQ(
      record["error"],
      "rank 0 ends with chunk 2 without the contribution of rank 0: it is lost in rank 0, round 0, line 11, receive "
      "from 3");
  const Outcome simulation = ringwood("simulate --file " + file);
  EXPECT_EQ(simulation.code, 1);
  EXPECT_EQ(simulation.output, "");
  EXPECT_THAT(simulation.errors, HasSubstr("broken.txt: "));
  const Outcome picture = ringwood("show --file " + file);
  EXPECT_EQ(picture.code, 1);
  EXPECT_THAT(picture.output, HasSubstr("rank 3"));
  EXPECT_THAT(picture.errors, HasSubstr("it is lost in rank 0, round 0, line 11"));
}

TEST_F(ScheduleFile, ThatCountsTwiceFailsWithRankRoundAndLine) {
  const std::string good = ringwood("export allreduce ring --ranks 4").output;
  // The first finished chunk that arrives is added to what is there already.
  const std::string finished = "receive 3 3";
  const std::size_t position = good.find(finished);
  ASSERT_NE(position, std::string::npos) << good;
  const auto line = 1 + std::count(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(position), '\n');
  const std::string file = written(with_replaced(good, finished, "receive-reduce 3 3 left"), "twice.txt");
  const Outcome proof = ringwood("verify --format json --file " + file);
  EXPECT_EQ(proof.code, 1);
  EXPECT_THAT(proof.output, HasSubstr("rank 0, round 3, line " + std::to_string(line)));
}

TEST_F(ScheduleFile, ThatWaitsInACircleFailsWithAllThatWait) {
  const std::string text =
      "ringwood.schedule/1\ncollective allgather\nranks 2\nroot 0\nchunks 2\noperator any\n"
      "rank 0\n  round\n    send 1 0\n  round\n    receive 1 1\n"
      "rank 1\n  round\n    send 0 1\n  round\n    receive 0 0\n";
  const Outcome proof = ringwood("verify --format json --file " + written(text, "circle.txt"));
  EXPECT_EQ(proof.code, 1);
  EXPECT_THAT(proof.output, HasSubstr("deadlock: rank 0, round 0, line 9 waits in its send to 1; "
                                      "rank 1, round 0, line 14 waits in its send to 0"));
}

TEST_F(ScheduleFile, OfMscclThatLosesAContributionFailsWithItsLine) {
  std::string good = ringwood("export allreduce ring --ranks 4 --format msccl-xml").output;
  const std::size_t step = good.find("type=\"rrc\"");
  ASSERT_NE(step, std::string::npos);
  const auto line = 1 + std::count(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(step), '\n');
  const std::string file = written(good.replace(step, 10, "type=\"r\""), "broken.xml");
  const Outcome proof = ringwood("verify --format json --file " + file);
  EXPECT_EQ(proof.code, 1);
  EXPECT_THAT(proof.output, ContainsRegex("it is lost in rank [0-3], round [0-9]+, line " + std::to_string(line)));
}

TEST_F(ScheduleFile, IsComparedWithTheBoundsOfAMachine) {
  const std::string file = exported("allreduce ring --ranks 4", "schedule.txt");
  const Outcome proof = ringwood("verify --format json --machine torus:dims=2x2 --sizes 1MiB --file " + file);
  ASSERT_EQ(proof.code, 0) << proof.errors;
  const auto record = nlohmann::json::parse(proof.output)[0];
  EXPECT_EQ(record["latency_deficiency"], 3);
  EXPECT_EQ(record["bandwidth_deficiency"], 1);
  EXPECT_EQ(record["crossing_bytes"], 6);
  EXPECT_EQ(record["crossing_bytes_bound"], 6);
  EXPECT_GE(record["hop_bytes"], record["hop_bytes_bound"]);
  EXPECT_GE(record["congestion"], 1);
  EXPECT_GT(record["bound_s"], 0);
}

TEST_F(ScheduleFile, WithoutAReceiveFails) {
  const std::string good = ringwood("export broadcast binomial --ranks 4").output;
  const std::size_t receive = good.find("receive");
  ASSERT_NE(receive, std::string::npos);
  const std::string without = std::string(good).erase(receive, good.find('\n', receive) - receive);
  const Outcome proof = ringwood("verify --format json --file " + written(without, "broken.txt"));
  EXPECT_EQ(proof.code, 1);
  EXPECT_THAT(proof.output, ContainsRegex("rank [0-3].*round [0-9]"));
}

TEST_F(ScheduleFile, ThatIsMalformedIsRefusedByEveryCommandWithItsLine) {
  const std::string good = ringwood("export allreduce ring --ranks 4").output;
  const std::string before = good.substr(0, good.find("send"));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::string file = written(with_replaced(good, "send", "sned"), "malformed.txt");
  for (const char* const command : {"verify", "simulate", "show", "export"}) {
    const Outcome outcome = ringwood(std::string(command) + " --file " + file);
    EXPECT_EQ(outcome.code, 2) << command;
    EXPECT_EQ(outcome.output, "") << command;
    EXPECT_THAT(outcome.errors, HasSubstr("malformed.txt:" + std::to_string(line) + ":5: ")) << command;
    EXPECT_EQ(std::count(outcome.errors.begin(), outcome.errors.end(), '\n'), 1) << outcome.errors;
  }
  const Outcome xml = ringwood("verify --file " + written("<algo name=\"x\"\n  nchannels=1>", "malformed.xml"));
  EXPECT_EQ(xml.code, 2);
  EXPECT_THAT(xml.errors, ContainsRegex("malformed.xml:[12]:"));
}

TEST_F(ScheduleFile, AppearsWholeOrNotAtAll) {
  EXPECT_EQ(ringwood("export allreduce ring --output '" + directory_ / "none" + "/file'").code, 3);
  EXPECT_EQ(ringwood("export allreduce ring --output /dev/full").code, 3);
  // What cannot be said in a form is refused, and what was there stays.
  const std::string kept = written("as it was", "kept");
  EXPECT_EQ(ringwood("export alltoall pairwise --format msccl-xml --output " + kept).code, 2);
  EXPECT_EQ(read_file(directory_ / "kept"), "as it was");
  (void)exported("allreduce ring", "kept");
  EXPECT_THAT(read_file(directory_ / "kept"), HasSubstr("ringwood.schedule/1"));
  const std::filesystem::directory_iterator files(directory_.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "something unfinished is left behind";
}

TEST_F(ScheduleFile, DecidesWhatCannotBeAskedOfIt) {
  const std::string file = exported("allreduce ring --ranks 4", "schedule.txt");
  EXPECT_THAT(ringwood("verify allreduce --file " + file).errors, HasSubstr("'allreduce' is too many"));
  EXPECT_THAT(ringwood("verify --ranks 8 --file " + file).errors, HasSubstr("allreduce for 4 ranks"));
  EXPECT_THAT(ringwood("simulate --algorithm ring --file " + file).errors, HasSubstr("--algorithm 'ring'"));
  EXPECT_THAT(ringwood("verify --op non-commutative --file " + file).errors, HasSubstr("operators that commute"));
  EXPECT_THAT(ringwood("export allreduce ring --format goal --sizes 8,16").errors, HasSubstr("several sizes"));
}

TEST(Operators, HaveMpiNamesAndWholeWords) {
  EXPECT_EQ(ringwood("verify allreduce ring --ranks 3 --op prod").code, 0);
  EXPECT_EQ(ringwood("verify allreduce ring --ranks 3 --op product").code, 0);
  EXPECT_EQ(ringwood("verify allreduce ring --ranks 3 --op bit-and").code, 0);
  EXPECT_EQ(ringwood("verify allreduce ring --ranks 3 --op produkt").code, 2);
}

TEST(Reproducibility, IsToldAndMayBeDemanded) {
  EXPECT_EQ(ringwood("verify allreduce aligned-tree --ranks 2..9+1 --reproducibility 5").code, 0);
  const Outcome ring = ringwood("verify allreduce ring --ranks 4 --reproducibility 3 --format json");
  EXPECT_EQ(ring.code, 1);
  const auto record = nlohmann::json::parse(ring.output)[0];
  EXPECT_EQ(record["reproducibility"], 2);
  EXPECT_EQ(record["ok"], false);
  EXPECT_EQ(record["error"], "its reproducibility is 2, and 3 is demanded");
  EXPECT_EQ(ringwood("verify allreduce ring --ranks 4 --reproducibility 2").code, 0);
  EXPECT_EQ(ringwood("verify allreduce ring --ranks 4 --reproducibility 6").code, 2);
}

TEST(Reproducibility, IsListedForEveryAlgorithm) {
  const Outcome outcome = ringwood("list --format json");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  bool tree = false;
  for (const auto& record : nlohmann::json::parse(outcome.output)) {
    const bool combinator = record["algorithm"].get<std::string>().ends_with(")");
    EXPECT_EQ(record["reproducibility"].is_null(), combinator) << record;
    tree = tree || (record["algorithm"] == "aligned-tree" && record["reproducibility"] == 5);
    if (record["collective"] == "allreduce" && record["algorithm"] == "ring") {
      EXPECT_EQ(record["reproducibility"], 2);
    }
  }
  EXPECT_TRUE(tree);
}

}  // namespace
}  // namespace ringwood::cli
