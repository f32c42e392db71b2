// The program as users run it: what it prints, what it refuses, and its exit codes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/tools/cli/run_command.hpp"
#include "tools/cli/command.hpp"

namespace ringwood::cli {
namespace {

using ::testing::HasSubstr;

TEST(Command, ShowsTheTextbookFigure) {
  const Outcome outcome = ringwood("show allreduce ring --ranks 4");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const std::filesystem::path golden = RINGWOOD_GOLDEN_DIRECTORY "/show_allreduce_ring_4.txt";
  if (std::getenv("RINGWOOD_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(golden, std::ios::binary) << outcome.output;
  }
  EXPECT_EQ(outcome.output, read_file(golden)) << "RINGWOOD_UPDATE_GOLDEN=1 rewrites the file; look at the difference";
}

TEST(Command, FigureFitsATerminal) {
  for (const char* const arguments :
       {"show allreduce ring --ranks 4", "show allreduce rabenseifner --ranks 8", "show allgather bruck --ranks 7",
        "show allreduce ring --ranks 16", "show reduce-scatter pairwise --ranks 40"}) {
    const Outcome outcome = ringwood(arguments);
    ASSERT_EQ(outcome.code, 0) << arguments << outcome.errors;
    std::size_t column = 0;
    for (const char character : outcome.output) {
      column = character == '\n' ? 0 : column + ((static_cast<unsigned char>(character) & 0xC0U) != 0x80U ? 1 : 0);
      ASSERT_LE(column, 80U) << arguments;
    }
  }
}

struct BadLine {
  const char* arguments;
  const char* message;
};

TEST(Command, RefusesInOneLineWithWhatIsAccepted) {
  const BadLine lines[]{
      {"", "no command is given"},
      {"simulat allreduce", "did you mean 'simulate'?"},
      {"simulate alreduce", "did you mean 'allreduce'?"},
      {"simulate allreduce --algorithm rnig", "did you mean 'ring'?"},
      {"simulate allreduce --algoritm ring", "did you mean '--algorithm'?"},
      {"simulate allreduce --ranks 0", "'0' is not an integer from 1"},
      {"simulate allreduce --ranks -3", "-3"},
      {"simulate allreduce --ranks 8..4", "8..4"},
      {"simulate allreduce --ranks 99999999999999999999", "99999999999999999999"},
      {"simulate allreduce --sizes 7", "size 7 is not a multiple of the 4 bytes of --type float"},
      {"simulate allreduce --sizes 1XiB", "1XiB"},
      {"simulate allreduce --sizes ''", "size"},
      {"simulate allreduce --algorithm native", "it can be measured"},
      {"simulate allreduce --algorithm 'lanes(2'", "lanes(2"},
      {"simulate allreduce --algorithm 'lanes(0, ring)'", "lanes"},
      {"simulate allreduce --algorithm ring --op non-commutative", "needs a commutative operation"},
      {"simulate allreduce --machine crossbar:host=4", "host"},
      {"simulate allreduce --machine crossbar:hosts=4 --ranks 5", "5"},
      {"simulate allreduce --loggops L=2.5", "2.5"},
      {"simulate allreduce --loggops X=2us", "no key 'X'"},
      {"simulate allreduce --model packet", "--model 'packet' is unknown"},
      {"simulate allreduce --type float128", "--type 'float128' is unknown"},
      {"simulate broadcast --ranks 4 --root 4", "--root"},
      {"simulate allreduce --format xml", "--format 'xml' is unknown"},
      {"simulate allreduce allgather", "'allgather' is too many"},
      {"simulate allreduce --ranks 4 --ranks 8", "given twice"},
      {"show allreduce", "only 'allreduce' is given"},
      {"show allreduce all", "is not one algorithm"},
      {"show allreduce ring --ranks 2,4", "accepted: one"},
      {"verify allreduce native", "only algorithms can be proved"},
      {"verify allreduce ring --op non-commutative", "needs a commutative operation"},
      {"list algoritms", "did you mean 'algorithms'?"},
      {"machine /no/such/file", "/no/such/file"},
      {"machine crossbar:hosts=4 --loggops L=1us --write /dev/null", "replaces L or G"},
      {"compare /no/such/file /no/such/file", "cannot read '/no/such/file'"},
      {"bench allreduce --budget 3", "unit"},
      {"sweep allreduce --algorithm native", "it can be measured"},
  };
  for (const BadLine& line : lines) {
    const Outcome outcome = ringwood(line.arguments);
    EXPECT_EQ(outcome.code, 2) << line.arguments;
    EXPECT_EQ(outcome.output, "") << line.arguments;
    EXPECT_THAT(outcome.errors, HasSubstr(line.message)) << line.arguments;
    EXPECT_EQ(std::count(outcome.errors.begin(), outcome.errors.end(), '\n'), 1) << outcome.errors;
  }
}

TEST(Command, FullDiskIsAFailureOfTheSystem) {
  EXPECT_EQ(ringwood("list > /dev/full").code, 3);
  EXPECT_EQ(ringwood("sweep allreduce --ranks 2 --sizes 8 --output /no/such/directory/file").code, 3);
  EXPECT_EQ(ringwood("sweep allreduce --ranks 2 --sizes 8 --output /dev/full").code, 2);
}

const std::vector<std::string> kFields{"collective", "algorithm", "parameters",     "machine",   "model",
                                       "ranks",      "bytes",     "time_s",         "algbw_Bps", "busbw_Bps",
                                       "rounds",     "messages",  "bytes_sent_max", "bound_s",   "efficiency"};

TEST(Command, SimulatePrintsTheFieldsOfTheContractInOrder) {
  const Outcome outcome =
      ringwood("simulate allreduce --algorithm 'ring;lanes(2, ring)' --ranks 5 --format json --stats");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const auto records = nlohmann::ordered_json::parse(outcome.output);
  ASSERT_EQ(records.size(), 2U);
  std::vector<std::string> names;
  for (const auto& [name, value] : records[1].items()) {
    names.push_back(name);
  }
  std::vector<std::string> expected = kFields;
  expected.insert(expected.end(), {"critical_path", "order", "order_sensitive", "wall_s", "peak_rss_bytes", "engine"});
  EXPECT_EQ(names, expected);
  EXPECT_EQ(records[1]["algorithm"], "lanes(2, ring)");
  EXPECT_LE(records[0]["efficiency"], 1.0);
}

TEST(Command, SimulateTellsTheOrderOfServiceAndTakesNoiseAndNics) {
  const std::string line = "simulate alltoall --algorithm direct --ranks 8 --format json ";
  const auto record = [&](const std::string& options) {
    const Outcome outcome = ringwood(line + options);
    EXPECT_EQ(outcome.code, 0) << options << ": " << outcome.errors;
    return nlohmann::json::parse(outcome.output).at(0);
  };
  const nlohmann::json posted = record("");
  EXPECT_EQ(posted["order"], "posted");
  EXPECT_TRUE(posted["order_sensitive"].is_number());
  EXPECT_EQ(record("--order first-come")["order"], "first-come");
  EXPECT_TRUE(record("--order first-come --engine event-queue")["order_sensitive"].is_null());
  EXPECT_LT(record("--nics 4")["time_s"], posted["time_s"]);
  EXPECT_LT(record("--nics rail:4")["time_s"], posted["time_s"]);
  const nlohmann::json noisy = record("--noise exponential:1us@5us");
  EXPECT_GT(noisy["time_s"], posted["time_s"]);
  EXPECT_EQ(record("--noise exponential:1us@5us --seed 1"), noisy);
  EXPECT_NE(record("--noise exponential:1us@5us --seed 2")["time_s"], noisy["time_s"]);
  EXPECT_GT(record("--model flow --noise exponential:1us@5us")["time_s"], record("--model flow")["time_s"]);
  for (const char* const wrong :
       {"--order foo", "--nics 0", "--nics rail:", "--noise foo", "--noise periodic:5us@1us", "--model flow --nics 2",
        "--model flow --order first-come", "--order first-come --nics 2", "--order first-come --engine data-flow",
        "--noise trace:/no/such/file", "--engine table --noise periodic:1us@5us"}) {
    EXPECT_EQ(ringwood(line + wrong).code, 2) << wrong;
  }
}

// Some algorithms list hundreds of thousands of pieces a message here: they are screened, and never simulated.
TEST(Command, SelectsOverManyRanksWithBoundedEffort) {
  const Outcome outcome =
      run_line("timeout 100 ringwood simulate allreduce --machine torus:dims=32x32x32 --ranks 32768 --format json");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_LE(nlohmann::json::parse(outcome.output).at(0)["messages"], 48 * 32768);
  EXPECT_NE(outcome.errors.find("too many messages"), std::string::npos) << outcome.errors;
}

// No schedule beats the bounds, on however many ports it sends.
TEST(Command, EfficiencyIsAtMostOne) {
  for (const char* const machine :
       {"crossbar:hosts=16", "crossbar:hosts=4,per-host=4", "torus:dims=4x4", "fat-tree:leaves=4,hosts-per-leaf=4",
        "dragonfly:hosts-per-router=2,routers=2,ports=2,groups=4"}) {
    for (const char* const collective : {"allreduce", "allgather", "broadcast", "alltoall"}) {
      const Outcome outcome = ringwood(std::string("simulate ") + collective + " --algorithm all --ranks 16 " +
                                       "--sizes 1KiB,1MiB --format json --machine '" + machine + "'");
      ASSERT_EQ(outcome.code, 0) << outcome.errors;
      for (const auto& record : nlohmann::json::parse(outcome.output)) {
        EXPECT_GT(record["bound_s"], 0) << record;
        EXPECT_LE(record["efficiency"], 1.0) << record;
      }
    }
  }
}

TEST(Command, CsvBeginsWithTheNamesOfTheFields) {
  const Outcome outcome = ringwood("simulate allgather --algorithm ring --ranks 4 --format csv");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  std::string header;
  for (const std::string& name : kFields) {
    header += (header.empty() ? "" : ",") + name;
  }
  EXPECT_EQ(outcome.output.substr(0, outcome.output.find('\n')), header + ",critical_path,order,order_sensitive");
}

TEST(Command, NothingLargeIsFasterThanItsBound) {
  for (const char* const where : {"", " --machine torus:dims=4x4", " --machine fat-tree:leaves=4,hosts-per-leaf=4"}) {
    for (const char* const collective : {"allreduce", "reduce-scatter", "allgather", "broadcast", "alltoall"}) {
      const Outcome outcome = ringwood("simulate " + std::string(collective) +
                                       " --algorithm all --ranks 16 --sizes 16MiB --format json" + where);
      ASSERT_EQ(outcome.code, 0) << outcome.errors;
      for (const auto& record : nlohmann::json::parse(outcome.output)) {
        EXPECT_LE(record["efficiency"], 1.0) << where << record;
      }
    }
  }
}

TEST(Command, HelpListsTheCommandsInOrder) {
  const Outcome outcome = ringwood("--help");
  ASSERT_EQ(outcome.code, 0);
  std::size_t position = 0;
  for (const Command* const command : all_commands()) {
    const std::size_t found = outcome.output.find("\n  " + std::string(command->name) + " ", position);
    ASSERT_NE(found, std::string::npos) << command->name;
    position = found;
  }
}

TEST(Command, ExamplesOfTheHelpWorkAsPasted) {
  const TemporaryDirectory directory;
  for (const Command* const command : all_commands()) {
    const std::string help = ringwood(std::string(command->name) + " --help").output;
    for (const std::string_view example : command->examples) {
      EXPECT_THAT(help, HasSubstr(std::string(example)));
      // What needs a launcher, or the files that such examples leave, is run where there is one.
      if (example.find("mpirun ") != std::string_view::npos || command->name == "compare") {
        continue;
      }
      const Outcome outcome = run_line("cd '" + directory.path() + "'\n" + std::string(example));
      EXPECT_EQ(outcome.code, 0) << example << "\n" << outcome.errors;
    }
  }
}

TEST(Command, EnginesAgreeOnTheTime) {
  const std::string line = "simulate allreduce --algorithm ring --ranks 1024 --sizes 1MiB --stats --format json";
  const auto free = nlohmann::json::parse(ringwood(line).output).at(0);
  EXPECT_EQ(free["engine"], "quotient");
  EXPECT_NE(nlohmann::json::parse(ringwood(line + " --no-symmetry").output).at(0)["engine"], "quotient");
  for (const char* const engine : {"quotient", "data-flow", "table", "event-queue"}) {
    const auto forced = nlohmann::json::parse(ringwood(line + " --engine " + engine).output).at(0);
    EXPECT_EQ(forced["engine"], engine);
    EXPECT_EQ(forced["time_s"], free["time_s"]);
    EXPECT_TRUE(forced["critical_path"].is_null());
  }
  EXPECT_EQ(ringwood(line + " --engine foo").code, 2);
}

TEST(Command, VerifyProvesAndSaysSo) {
  const Outcome outcome = ringwood("verify allreduce 'ring;lanes(2, ring)' --ranks 1..6+1 --format json");
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const auto records = nlohmann::json::parse(outcome.output);
  ASSERT_EQ(records.size(), 12U);
  for (const auto& record : records) {
    EXPECT_EQ(record["ok"], true);
    EXPECT_EQ(record["deadlock_free"], true);
  }
  EXPECT_THAT(outcome.errors, HasSubstr("12 schedules proved, 0 failed"));
}

TEST(Command, MachineIsWrittenAndReadBack) {
  const TemporaryDirectory directory;
  const std::string file = directory / "m.json";
  ASSERT_EQ(ringwood("machine ring:hosts=6 --write '" + file + "'").code, 0);
  const Outcome direct = ringwood("simulate allreduce --machine ring:hosts=6 --algorithm ring --format json");
  const Outcome read = ringwood("simulate allreduce --machine '" + file + "' --algorithm ring --format json");
  ASSERT_EQ(read.code, 0) << read.errors;
  EXPECT_EQ(nlohmann::json::parse(direct.output)[0]["time_s"], nlohmann::json::parse(read.output)[0]["time_s"]);
}

}  // namespace
}  // namespace ringwood::cli
