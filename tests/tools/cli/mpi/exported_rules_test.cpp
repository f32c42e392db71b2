// Open MPI under an exported file runs the algorithms that the file says, told by who sends how much to whom.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

// Other choices than Open MPI's own at some of these sizes.
constexpr const char* kTable = R"({
  "schema": "ringwood.decisions/1",
  "provenance": {"source": "measured"},
  "collectives": [
    {"collective": "allreduce", "rules": [
      {"ranks": [2, null], "bytes": [0, 4095], "algorithm": "recursive-doubling"},
      {"ranks": [2, null], "bytes": [4096, 262143], "algorithm": "rabenseifner"},
      {"ranks": [2, null], "bytes": [262144, null], "algorithm": "ring"}]},
    {"collective": "allgather", "rules": [
      {"ranks": [2, null], "bytes": [0, 4095], "algorithm": "bruck"},
      {"ranks": [2, null], "bytes": [4096, 262143], "algorithm": "neighbor-exchange"},
      {"ranks": [2, null], "bytes": [262144, null], "algorithm": "ring"}]},
    {"collective": "reduce-scatter", "rules": [
      {"ranks": [2, null], "bytes": [0, 65535], "algorithm": "recursive-halving"},
      {"ranks": [2, null], "bytes": [65536, null], "algorithm": "ring"}]}]})";

struct Point {
  const char* collective;
  int bytes;
  const char* algorithm;
};

constexpr Point kPoints[] = {{"allreduce", 1024, "recursive-doubling"},
                             {"allreduce", 16384, "rabenseifner"},
                             {"allreduce", 524288, "ring"},
                             {"allgather", 1024, "bruck"},
                             {"allgather", 16384, "neighbor-exchange"},
                             {"allgather", 524288, "ring"},
                             {"reduce-scatter", 16384, "recursive-halving"},
                             {"reduce-scatter", 524288, "ring"}};

TEST(ExportedRules, AreWhatOpenMpiRuns) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "table.json") << kTable;
  const std::string rules = directory / "rules.conf";
  const Outcome exported = ringwood("export --table '" + (directory / "table.json") +
                                    "' --format open-mpi-4.1 --commutative-only --output '" + rules + "'");
  ASSERT_EQ(exported.code, 0) << exported.errors;
  for (const Point& point : kPoints) {
    const std::string name = std::string(point.collective) + "." + std::to_string(point.bytes);
    const std::string prefix = directory / name;
    const std::string call = std::string(point.collective) + " " + std::to_string(point.bytes);
    const Outcome run =
        run_line("timeout -k 5 60 " RINGWOOD_MPIEXEC
                 " -n 8 --mca pml_monitoring_enable 2 --mca pml_monitoring_enable_output 3 --mca "
                 "pml_monitoring_filename '" +
                 prefix + "' --mca coll_tuned_use_dynamic_rules 1 --mca coll_tuned_dynamic_rules_filename '" + rules +
                 "' " RINGWOOD_ONE_COLLECTIVE " " + call);
    ASSERT_EQ(run.code, 0) << run.errors;
    const Outcome identified = ringwood("identify " + std::string(point.collective) + " '" + prefix + "' --sizes " +
                                        std::to_string(point.bytes) + " --format json --quiet");
    ASSERT_EQ(identified.code, 0) << call << ": " << identified.output << identified.errors;
    const auto matches = nlohmann::json::parse(identified.output);
    EXPECT_EQ(matches.at(0).at("algorithm"), point.algorithm) << identified.output;
    EXPECT_EQ(matches.at(0).at("distance"), 0) << identified.output;
  }
}

}  // namespace
}  // namespace ringwood::cli
