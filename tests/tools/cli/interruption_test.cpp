// Sweeps that are killed, run twice at once, or find the disk full: what was written stays, and is gone on with.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

using ::testing::HasSubstr;

const std::string kProgram = std::string(RINGWOOD_BINARY_DIRECTORY) + "/ringwood";

/// Starts a sweep of about two thousand short points.
[[nodiscard]] pid_t start_sweep(const std::string& file) {
  std::fflush(nullptr);  // what is buffered would be written twice
  const pid_t child = ::fork();
  if (child == 0) {
    (void)!::freopen("/dev/null", "w", stdout);
    (void)!::freopen("/dev/null", "w", stderr);
    ::execl(kProgram.c_str(), "ringwood", "sweep", "allreduce", "allgather", "--ranks", "2..64", "--sizes", "8..1MiB*4",
            "--threads", "2", "--quiet", "--output", file.c_str(), nullptr);
    ::_exit(127);
  }
  return child;
}

[[nodiscard]] int ended(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

[[nodiscard]] std::string merged(const std::string& file) {
  const Outcome outcome = ringwood("merge '" + file + "'");
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  return outcome.output;
}

TEST(Interruption, KilledTenTimesAndGoneOnWithTheUnionIsThatOfOneRun) {
  const TemporaryDirectory directory;
  const std::string whole = directory / "whole.jsonl";
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(ended(start_sweep(whole)), 0);
  const std::chrono::duration<double> duration = std::chrono::steady_clock::now() - start;
  const std::string killed = directory / "killed.jsonl";
  std::mt19937 random(7);
  int kills = 0;
  for (int i = 0; i < 10; ++i) {
    const pid_t child = start_sweep(killed);
    std::this_thread::sleep_for(duration * std::uniform_real_distribution<double>(0.02, 0.3)(random));
    ::kill(child, SIGKILL);
    kills += WIFSIGNALED(ended(child)) ? 1 : 0;
  }
  EXPECT_GE(kills, 1) << "a kill that comes too late tests nothing";
  ASSERT_EQ(ended(start_sweep(killed)), 0);
  EXPECT_EQ(merged(killed), merged(whole));
}

TEST(Interruption, TwoWritersAreOneTooMany) {
  const TemporaryDirectory directory;
  const std::string file = directory / "r.jsonl";
  const pid_t first = start_sweep(file);
  std::string errors;
  // The other one has to come after the first has opened the file, and before it has ended.
  for (int i = 0; i < 2000 && errors.find("written by another run") == std::string::npos; ++i) {
    if (std::filesystem::exists(file)) {
      const Outcome second = ringwood("sweep allreduce --ranks 2 --sizes 8 --dry-run --output '" + file + "'");
      errors += second.errors;
      if (second.code == 0) {
        break;  // the first has ended
      }
      EXPECT_EQ(second.code, 3);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_THAT(errors, HasSubstr("wait for it or name another --output"));
  EXPECT_EQ(ended(first), 0) << "the first run is not disturbed";
}

TEST(Interruption, AFullDiskLosesNothing) {
  const TemporaryDirectory directory;
  const std::string file = directory / "r.jsonl";
  const std::string sweep = "ringwood sweep allreduce --ranks 2..16 --sizes 8..1MiB*4 --quiet --output '" + file + "'";
  // A limit on the size of files is a disk that is full, without the rights to make one.
  const Outcome full = run_line("trap '' XFSZ; ulimit -f 32; " + sweep);
  EXPECT_EQ(full.code, 3);
  EXPECT_THAT(full.errors, HasSubstr("cannot append to"));
  EXPECT_EQ(std::count(full.errors.begin(), full.errors.end(), '\n'), 1) << full.errors;
  const std::string kept = read_file(file);
  ASSERT_FALSE(kept.empty());
  EXPECT_EQ(kept.back(), '\n') << "no line is torn";
  ASSERT_EQ(run_line(sweep).code, 0);
  EXPECT_EQ(read_file(file).substr(0, kept.size()), kept);
  EXPECT_EQ(ringwood("sweep allreduce --ranks 2 --sizes 8 > /dev/full").code, 3);
}

TEST(Interruption, WhereNobodyReadsErrorsTheExitCodeIsTheSame) {
  EXPECT_EQ(WEXITSTATUS(std::system((kProgram + " simulate nothing 2>/dev/full").c_str())), 2);
  EXPECT_EQ(WEXITSTATUS(std::system((kProgram + " verify --ranks 3 >/dev/full 2>/dev/full").c_str())), 3);
}

}  // namespace
}  // namespace ringwood::cli
