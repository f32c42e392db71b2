// select, tune, export --table and lint as users meet them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

[[nodiscard]] Json json_of(const std::string& arguments) {
  const Outcome outcome = ringwood(arguments + " --format json");
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  return Json::parse(outcome.output);
}

TEST(Select, TakesWhatTheSimulationOfAllFindsBest) {
  for (const char* where : {"--machine hpc:hosts=24 --ranks 24 --sizes 8,64KiB,4MiB",
                            "--machine torus:dims=3x4 --ranks 12 --sizes 1KiB,1MiB"}) {
    const Json chosen = json_of(std::string("select allreduce ") + where);
    const Json all = json_of(std::string("simulate allreduce --algorithm all ") + where);
    for (const Json& one : chosen) {
      for (const Json& other : all) {
        if (other.at("bytes") == one.at("bytes")) {
          EXPECT_LE(one.at("time_s").get<double>(), other.at("time_s").get<double>() * 1.0001)
              << one.at("algorithm") << " or " << other.at("algorithm") << " at " << one.at("bytes");
        }
      }
    }
  }
}

// The torus of the Swing paper (NSDI 2024, section 5): 8x8, 400 Gbit/s a link, 100 ns of cable and 300 ns of switch.
// Up to some KiB its latency version is best there, to some tens of MiB the one for bandwidth on all ports, and the
// bucket algorithm for the longest vectors.
TEST(Select, TakesWhatSwingsAuthorsFindBest) {
  const auto torus = [](const std::string& dims) {
    return " --machine torus:dims=" + dims +
           ",bandwidth=400Gbit/s,latency=100ns,hop=300ns --loggops o=200ns,g=50ns --model flow --sizes ";
  };
  const std::string machine = torus("8x8");
  EXPECT_EQ(json_of("select allreduce" + machine + "2KiB").at(0).at("algorithm"), "swing-latency:dims=8x8");
  EXPECT_EQ(json_of("select allreduce" + machine + "2MiB").at(0).at("algorithm"), "swing:dims=8x8,ports=4");
  const Json longest =
      json_of("simulate allreduce --algorithm 'swing:dims=8x8,ports=4;bucket:dims=8x8,ports=4'" + machine + "512MiB");
  EXPECT_GT(longest.at(0).at("time_s").get<double>(), longest.at(1).at("time_s").get<double>());
  EXPECT_EQ(json_of("select allreduce" + torus("16x16") + "2MiB").at(0).at("algorithm"), "swing:dims=16x16,ports=4");
}

// The Bine paper (SC 2025) compares on Leonardo, on nodes that the scheduler found in several cells, what is allowed
// here: Bine's trees are ahead for short and medium vectors, and the ring, all of whose neighbours but a few are in the
// same cell, for long ones over so few nodes.
TEST(Select, TakesWhatBinesAuthorsFindBestOnNodesOfSeveralCells) {
  const TemporaryDirectory directory;
  std::string hosts;
  const int nodes_of_cell[] = {20, 9, 15, 12, 8};
  for (int cell = 0; cell < 5; ++cell) {
    for (int node = 0; node < nodes_of_cell[cell]; ++node) {
      hosts += std::to_string(360 * cell + 2 * node) + "\n";
    }
  }
  std::ofstream(directory / "hosts") << hosts;
  const Json chosen = json_of(
      "select allreduce --machine leonardo --ranks 64 --model flow --sizes 2KiB,128KiB,8MiB "
      "--allow bine,bine-latency,rabenseifner,recursive-doubling,ring --map " +
      (directory / "hosts"));
  EXPECT_EQ(chosen.at(0).at("algorithm"), "bine-latency");
  EXPECT_EQ(chosen.at(1).at("algorithm"), "bine");
  EXPECT_EQ(chosen.at(2).at("algorithm"), "ring");
}

// Closed forms see no rank wait, and 32 segments do for each other here; they are too long to be simulated on the way.
TEST(Select, TakesNothingByAnEstimateAloneThatIsSlowerThanWhatWasSimulated) {
  const Json chosen = json_of(
      "select allreduce --machine leonardo --ranks 64 --model flow --sizes 16MiB --allow segmented-ring "
      "--loggops o=300ns,g=200ns,S=16384");
  EXPECT_GE(chosen.at(0).at("runner_up_factor").get<double>(), 1) << chosen;
}

TEST(Select, ExplainsItsCandidates) {
  const Outcome outcome = ringwood("select allreduce --ranks 8 --sizes 4KiB --explain --format json");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const Json records = Json::parse(outcome.output);
  EXPECT_TRUE(records.at(0).at("chosen").get<bool>());
  EXPECT_THAT(outcome.errors, HasSubstr("it would be"));
}

TEST(Select, RefusesToSayWhyNotWhatThereIsNot) {
  const Outcome outcome = ringwood("select allreduce --ranks 8 --sizes 1KiB --why-not rings");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.output, "");
  EXPECT_THAT(outcome.errors, HasSubstr("--why-not rings: "));
  EXPECT_THAT(outcome.errors, HasSubstr("did you mean 'ring'?"));
}

TEST(Select, SaysWhyNot) {
  EXPECT_THAT(ringwood("select allreduce --ranks 8 --sizes 64 --why-not ring").output, HasSubstr("longer than"));
  EXPECT_THAT(ringwood("select allreduce --ranks 6 --sizes 64 --why-not swing-latency").output,
              HasSubstr("power of two"));
  EXPECT_THAT(ringwood("select allreduce --ranks 6 --sizes 64 --deny ring --why-not ring").output, HasSubstr("--deny"));
}

TEST(Select, KeepsToItsLimits) {
  EXPECT_EQ(json_of("select allreduce --ranks 8 --sizes 1MiB --allow ring,binomial").at(0).at("algorithm"), "ring");
  const Outcome demanding = ringwood("select allreduce --ranks 8 --sizes 1MiB --reproducibility 5 --format json");
  EXPECT_EQ(Json::parse(demanding.output).at(0).at("algorithm"), "aligned-tree");
  EXPECT_EQ(ringwood("select allreduce --ranks 8 --sizes 1MiB --allow rung").code, 2);
  EXPECT_EQ(ringwood("select allreduce --ranks 8 --sizes 1MiB --allow swing-latency --op non-commutative").code, 2);
}

TEST(Select, WhatIsForcedComesFirstOrFails) {
  const Outcome forced =
      run_line("RINGWOOD_ALLREDUCE=binomial ringwood select allreduce --ranks 8 --sizes 1MiB --format json");
  EXPECT_EQ(Json::parse(forced.output).at(0).at("algorithm"), "binomial");
  const Outcome wrong = run_line("RINGWOOD_ALLREDUCE=binomal ringwood select allreduce --ranks 8 --sizes 1MiB");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.errors, HasSubstr("RINGWOOD_ALLREDUCE=binomal"));
}

TEST(Select, RobustChoiceHasTheLeastWorstRegret) {
  const Json records = json_of("select allreduce --ranks 8 --sizes 32KiB --machine torus:dims=4x4 --robust 30%");
  for (const Json& record : records) {
    EXPECT_LE(records.at(0).at("worst_factor"), record.at("worst_factor"));
  }
  EXPECT_EQ(ringwood("select allreduce --ranks 8 --sizes 8 --robust lots").code, 2);
}

TEST(Tune, TakesNothingThatIsDenied) {
  const TemporaryDirectory directory;
  const std::string tune = "tune allreduce --simulated --machine hpc --ranks 8 --sizes 64 --quiet";
  const Json allowed = json_of(tune + " --allow ring --output " + (directory / "allowed"));
  ASSERT_EQ(allowed.size(), 1U);
  EXPECT_EQ(allowed.at(0).at("algorithm"), "ring");
  const std::string best = json_of(tune + " --output " + (directory / "all")).at(0).at("algorithm");
  const Json others =
      json_of(tune + " --deny " + best.substr(0, best.find(':')) + " --output " + (directory / "others"));
  EXPECT_NE(others.at(0).at("algorithm"), best);
}

TEST(Tune, WritesATableThatSelectTakes) {
  const TemporaryDirectory directory;
  const std::string table = directory / "table.json";
  const std::string tune =
      "tune allreduce --simulated --machine hpc --ranks 8 --sizes 64,1MiB --quiet --output " + table;
  ASSERT_EQ(ringwood(tune).code, 0);
  const std::string first = read_file(table);
  ASSERT_EQ(ringwood(tune).code, 0);
  EXPECT_EQ(read_file(table), first) << "nothing is simulated again";
  const Json chosen = json_of("select allreduce --machine hpc --ranks 8 --sizes 64 --table " + table);
  EXPECT_EQ(chosen.at(0).at("source"), "table");
  EXPECT_EQ(chosen.at(0).at("algorithm"), Json::parse(first).at("collectives").at(0).at("rules").at(0).at("algorithm"));
  EXPECT_THAT(ringwood("select allreduce --machine fugaku --ranks 8 --sizes 64 --table " + table).errors,
              HasSubstr("is for machine 'hpc'"));
  const Outcome other = ringwood("tune allreduce --simulated --machine fugaku --ranks 8 --sizes 64 --output " + table);
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.errors, HasSubstr("machine 'hpc'"));
}

TEST(Export, OfATableIsWhatLintFindsGood) {
  const TemporaryDirectory directory;
  const std::string table = directory / "table.json";
  ASSERT_EQ(ringwood("tune allreduce broadcast --simulated --ranks 8 --sizes 64,1MiB --quiet --output " + table).code,
            0);
  for (const char* target : {"open-mpi-4.1", "open-mpi-5.0", "open-mpi-6", "mpich-4.0", "ucc"}) {
    const std::string file = directory / target;
    const Outcome written = ringwood("export --table " + table + " --format " + target + " --output " + file);
    EXPECT_EQ(written.code, 0) << written.errors;
    EXPECT_THAT(written.errors, HasSubstr("to use it: "));
    const Outcome linted = ringwood("lint " + file + " --target " + target);
    EXPECT_EQ(linted.code, 0) << linted.output;
  }
}

TEST(Identify, TellsAnAlgorithmFromItsMessages) {
  const TemporaryDirectory directory;
  const std::string prefix = directory / "run";
  // Recursive doubling of 64 bytes on four ranks, three calls; what programs send themselves does not count.
  for (int rank = 0; rank < 4; ++rank) {
    std::ofstream file(prefix + "." + std::to_string(rank) + ".prof");
    file << "# POINT TO POINT\n";
    for (const int peer : {rank ^ 1, rank ^ 2}) {
      file << "I\t" << rank << "\t" << peer << "\t192 bytes\t3 msgs sent\t0,0,3\n";
    }
    file << "E\t" << rank << "\t0\t8 bytes\t1 msgs sent\t1\n";
  }
  const Outcome outcome = ringwood("identify allreduce " + prefix + " --sizes 64 --format json");
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  const Json best = Json::parse(outcome.output).at(0);
  EXPECT_EQ(best.at("algorithm"), "recursive-doubling");
  EXPECT_EQ(best.at("calls"), 3);
  EXPECT_EQ(best.at("distance"), 0);
  EXPECT_EQ(ringwood("identify allreduce " + prefix + " --sizes 128").code, 1);
  EXPECT_EQ(ringwood("identify allreduce " + (directory / "none") + " --sizes 64").code, 2);
}

TEST(Lint, ExitsWithOneAndNamesThePlace) {
  const TemporaryDirectory directory;
  const std::string file = directory / "rules";
  const Outcome outcome = run_line("printf '1\\n2\\n1\\n2\\n1\\n0 4 0 0\\n' > " + file + "; ringwood lint " + file);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.output, HasSubstr(file + ":6:1: warning: "));
  EXPECT_EQ(ringwood("lint " + file + " --commutative-only").code, 0);
  EXPECT_EQ(ringwood("lint " + (directory / "none")).code, 2);
}

}  // namespace
}  // namespace ringwood::cli
