// what released versions have written is read, or refused with the version named; what a later version may have
// written is refused by its number, and never read as something else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

using ::testing::HasSubstr;

/// A file that a version has written, and how it is read: FILE stands for its path, OUT for a place to write to.
struct Sample {
  std::string file;
  std::string command;
  std::string schema = "";  ///< what names its version, if anything does
};

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all{
      {"machine.json", "machine FILE", "ringwood.machine/1"},
      {"decisions.json", "select allreduce --ranks 4 --sizes 1KiB --table FILE", "ringwood.decisions/1"},
      {"decisions.json", "export --table FILE --format ucc", "ringwood.decisions/1"},
      {"schedule.txt", "verify --file FILE", "ringwood.schedule/1"},
      {"schedule.xml", "verify --file FILE"},
      {"schedule.goal", "workload FILE"},
      {"workload.json", "workload FILE", "ringwood.workload/1"},
      {"plan.yaml", "sweep FILE --quiet", "ringwood.plan/1"},
      {"results.jsonl", "report FILE --output OUT"},
      {"results.jsonl", "sweep allreduce --algorithm 'ring;rabenseifner' --ranks 4 --sizes 1KiB,64KiB --output FILE"},
      {"figure.json", "report FILE --output OUT", "ringwood.figure/1"},
      {"report.json", "report FILE --output OUT"},
      {"trace.json", "report FILE --output OUT"},
      {"rules.open-mpi-4.1", "lint FILE --target open-mpi-4.1"},
      {"rules.open-mpi-5.0", "lint FILE --target open-mpi-5.0"},
      {"rules.open-mpi-6", "lint FILE --target open-mpi-6.0"},
      {"rules.mpich-4.0", "lint FILE --target mpich-4.0"},
      {"rules.ucc", "lint FILE"}};
  return all;
}

std::string with(std::string text, const std::string& word, const std::string& value) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size())) {
    text.replace(at, word.size(), value);
  }
  return text;
}

/// The command on a file with this content.
Outcome read_by(const Sample& sample, const std::string& content) {
  const TemporaryDirectory directory;
  std::ofstream(directory / sample.file, std::ios::binary) << content;
  const std::string file = "'" + (directory / sample.file) + "'";
  return ringwood(with(with(sample.command, "FILE", file), "OUT", "'" + (directory / "out.html") + "'"));
}

std::vector<std::filesystem::path> versions() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(RINGWOOD_RELEASED)) {
    if (entry.is_directory()) {
      found.push_back(entry.path());
    }
  }
  return found;
}

TEST(Released, files_are_read) {
  ASSERT_FALSE(versions().empty());
  for (const std::filesystem::path& version : versions()) {
    for (const Sample& sample : samples()) {
      SCOPED_TRACE(version.filename().string() + ": " + sample.command + " of " + sample.file);
      const std::string content = read_file(version / sample.file);
      ASSERT_NE(content, "");
      const Outcome outcome = read_by(sample, content);
      EXPECT_EQ(outcome.code, 0) << outcome.errors;
    }
  }
}

TEST(Released, no_sample_is_forgotten) {
  std::set<std::string> known{"rules.intel-mpi", "rules.oneccl", "rules.nccl"};  // variables: no command reads them
  for (const Sample& sample : samples()) {
    known.insert(sample.file);
  }
  for (const std::filesystem::path& version : versions()) {
    for (const auto& entry : std::filesystem::directory_iterator(version)) {
      EXPECT_EQ(known.count(entry.path().filename().string()), 1U) << entry.path();
    }
  }
}

TEST(Released, results_that_are_there_are_not_asked_for_again) {
  const Sample& sweep = samples()[9];
  const std::string content = read_file(versions().front() / sweep.file);
  const TemporaryDirectory directory;
  std::ofstream(directory / sweep.file, std::ios::binary) << content;
  const Outcome outcome = ringwood(with(sweep.command, "FILE", "'" + (directory / sweep.file) + "'"));
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_EQ(read_file(directory / sweep.file), content);
}

TEST(Released, later_versions_are_refused_by_name) {
  int refused = 0;
  for (const Sample& sample : samples()) {
    if (sample.schema.empty()) {
      continue;
    }
    std::string later = sample.schema;
    later.back() = '2';
    SCOPED_TRACE(sample.command + " of " + sample.file + " as " + later);
    const std::string content = read_file(versions().front() / sample.file);
    ASSERT_THAT(content, HasSubstr(sample.schema));
    const Outcome outcome = read_by(sample, with(content, sample.schema, later));
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.errors, HasSubstr(later));
    EXPECT_THAT(outcome.errors, HasSubstr(sample.schema));
    ++refused;
  }
  EXPECT_EQ(refused, 7);
}

// A record with a field more, or one less, is not taken for another.
TEST(Released, a_field_more_or_less_is_an_error_or_changes_nothing) {
  const std::string machine = read_file(versions().front() / "machine.json");
  const Outcome more = read_by(samples()[0], with(machine, "\"schema\"", "\"extra\": 1, \"schema\""));
  const Outcome plain = read_by(samples()[0], machine);
  // The name of the file comes first, which is another each time.
  EXPECT_TRUE(more.code == 2 ||
              more.output.substr(more.output.find('\n')) == plain.output.substr(plain.output.find('\n')))
      << more.output;
  const std::string rules = read_file(versions().front() / "rules.open-mpi-4.1");
  const std::size_t line = rules.find_last_of("0123456789");
  const Outcome column = read_by(samples()[13], rules.substr(0, line + 1) + " 7" + rules.substr(line + 1));
  EXPECT_EQ(column.code, 1) << "a fifth number in a rule";
}

}  // namespace
}  // namespace ringwood::cli
