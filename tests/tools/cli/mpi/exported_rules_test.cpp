// Open MPI and MPICH under an exported file run the algorithms that the file says, told by who sends how much to whom.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

struct Point {
  const char* collective;
  int bytes;
  const char* algorithm;
};

/// Whether the run that counted into PREFIX sent what the algorithm sends; others may send the same.
void expect_algorithm(const Point& point, int bytes, const std::string& prefix) {
  const Outcome identified = ringwood("identify " + std::string(point.collective) + " '" + prefix + "' --sizes " +
                                      std::to_string(bytes) + " --format json --quiet");
  ASSERT_EQ(identified.code, 0) << point.collective << " " << bytes << ": " << identified.output << identified.errors;
  bool found = false;
  for (const auto& match : nlohmann::json::parse(identified.output)) {
    found = found || (match.at("algorithm") == point.algorithm && match.at("distance") == 0);
  }
  EXPECT_TRUE(found) << point.collective << " " << bytes << ", " << point.algorithm << ": " << identified.output;
}

/// Writes the table as a file of that form.
[[nodiscard]] std::string exported(const TemporaryDirectory& directory, const char* table, const std::string& options) {
  std::ofstream(directory / "table.json") << table;
  std::string file = directory / "exported";
  const Outcome outcome =
      ringwood("export --table '" + (directory / "table.json") + "' " + options + " --output '" + file + "'");
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  return file;
}

#ifdef RINGWOOD_COUNT_UCX

// Other choices than MPICH's own at most of these sizes. It has no ring of allreduce.
constexpr const char* kTable = R"({
  "schema": "ringwood.decisions/1",
  "provenance": {"source": "measured"},
  "collectives": [
    {"collective": "allreduce", "rules": [
      {"ranks": [2, null], "bytes": [0, 4095], "algorithm": "rabenseifner"},
      {"ranks": [2, null], "bytes": [4096, 262143], "algorithm": "recursive-doubling"},
      {"ranks": [2, null], "bytes": [262144, null], "algorithm": "ring"}]},
    {"collective": "allgather", "rules": [
      {"ranks": [2, null], "bytes": [0, 4095], "algorithm": "ring"},
      {"ranks": [2, null], "bytes": [4096, null], "algorithm": "bruck"}]},
    {"collective": "reduce-scatter", "rules": [
      {"ranks": [2, null], "bytes": [0, 65535], "algorithm": "pairwise"},
      {"ranks": [2, null], "bytes": [65536, null], "algorithm": "recursive-halving"}]}]})";

constexpr Point kPoints[] = {{"allreduce", 1024, "rabenseifner"},
                             {"allreduce", 16384, "recursive-doubling"},
                             {"allreduce", 524288, "rabenseifner"},
                             {"allgather", 1024, "ring"},
                             {"allgather", 524288, "bruck"},
                             {"reduce-scatter", 16384, "pairwise"},
                             {"reduce-scatter", 524288, "recursive-halving"}};

TEST(ExportedRules, AreWhatMpichRuns) {
  const TemporaryDirectory directory;
  const std::string file = exported(directory, kTable, "--format mpich-4.0");
  for (const int ranks : {6, 8}) {
    for (const Point& point : kPoints) {
      const int block = 4 * ranks;
      const int bytes = point.bytes / block * block;
      const std::string call = std::string(point.collective) + " " + std::to_string(bytes);
      const std::string prefix = directory / (std::string(point.collective) + "." + std::to_string(bytes));
      const Outcome run = run_line("MPIR_CVAR_NOLOCAL=1 RINGWOOD_COUNT_PREFIX='" + prefix +
                                   "' MPIR_CVAR_COLL_SELECTION_TUNING_JSON_FILE='" + file +
                                   "' timeout -k 5 60 " RINGWOOD_MPIEXEC " -n " + std::to_string(ranks) +
                                   " -genv LD_PRELOAD " RINGWOOD_COUNT_UCX " " RINGWOOD_ONE_COLLECTIVE " " + call);
      ASSERT_EQ(run.code, 0) << run.errors;
      expect_algorithm(point, bytes, prefix);
    }
  }
}

#else

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
  const std::string rules = exported(directory, kTable, "--format open-mpi-4.1 --commutative-only");
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
    expect_algorithm(point, point.bytes, prefix);
  }
}

#endif

}  // namespace
}  // namespace ringwood::cli
