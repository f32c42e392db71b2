// The record of a communicator's last calls: what a time-out's message and the files say of them.

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gmock/gmock.h>

#include "api/recorder.hpp"
#include "tests/lib/api/mpi_case.hpp"
#include "tests/lib/api/mpi_main.hpp"

namespace ringwood {

namespace {

using testing::HasSubstr;
using testing::Not;

/// One for all ranks, removed by the last of them.
class SharedFolder {
 public:
  SharedFolder() {
    std::string path = std::filesystem::temp_directory_path() / "record.XXXXXX";
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    if (rank_ == 0 && ::mkdtemp(path.data()) == nullptr) {
      std::abort();
    }
    int length = static_cast<int>(path.size());
    MPI_Bcast(path.data(), length, MPI_CHAR, 0, MPI_COMM_WORLD);
    path_ = path;
  }

  SharedFolder(const SharedFolder&) = delete;
  SharedFolder& operator=(const SharedFolder&) = delete;

  ~SharedFolder() {
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank_ == 0) {
      std::filesystem::remove_all(path_);
    }
  }

  /// A file of this rank.
  [[nodiscard]] std::string own(const std::string& name) const { return path_ / (name + std::to_string(rank_)); }

  [[nodiscard]] std::string in(const std::string& name) const { return path_ / name; }

 private:
  int rank_ = 0;
  std::filesystem::path path_;
};

/// The columns of each call in a file, by its number.
std::map<std::uint64_t, std::vector<std::string>> calls_in(const std::string& path) {
  std::map<std::uint64_t, std::vector<std::string>> calls;
  std::ifstream file(path);
  std::string line;
  std::size_t lines = 0;
  while (std::getline(file, line)) {
    EXPECT_EQ(line.size(), Recorder::kLine - 1);
    std::istringstream words(line);
    std::vector<std::string> columns;
    for (std::string word; words >> word;) {
      columns.push_back(word);
    }
    if (lines++ == 0) {
      EXPECT_EQ(columns.front(), "#");
    } else if (!columns.empty()) {
      EXPECT_GE(columns.size(), 12U) << line;
      calls[std::stoull(columns.front())] = columns;
    }
  }
  EXPECT_EQ(lines, Recorder::kKept + 1) << path;
  return calls;
}

constexpr std::size_t kState = 1;
constexpr std::size_t kMicroseconds = 3;
constexpr std::size_t kElements = 5;
constexpr std::size_t kRound = 10;
constexpr std::size_t kAlgorithm = 11;

CollectiveCall sum_of(std::size_t elements) {
  return {.elements = elements, .element_size = 4, .type = MPI_FLOAT, .op = MPI_SUM};
}

TEST(Recorder, the_last_1024_calls_are_kept) {
  const SharedFolder folder;
  Recorder recorder;
  recorder.write_to(folder.own("ring"));
  const Recorder::Algorithm ring = recorder.number_of("lanes(2, ring)");
  EXPECT_EQ(recorder.number_of("lanes(2, ring)"), ring);
  EXPECT_NE(recorder.number_of("one-shot"), ring);
  for (std::size_t i = 1; i <= 3000; ++i) {
    const Recorder::Number call = recorder.begin(sum_of(i), Recorder::State::kPreparing);
    EXPECT_EQ(call, i);
    recorder.carry_out(call, ring);
    if (i < 3000) {
      recorder.end(call, i % 2 == 0 ? Recorder::State::kEnded : Recorder::State::kFailed, 7);
    }
  }
  const auto calls = calls_in(folder.own("ring"));
  ASSERT_EQ(calls.size(), 1024U);
  EXPECT_EQ(calls.begin()->first, 1977U);
  for (const auto& [number, columns] : calls) {
    EXPECT_EQ(columns[kElements], std::to_string(number));
    EXPECT_EQ(columns[kState], number == 3000 ? "under-way" : number % 2 == 0 ? "ended" : "failed");
    EXPECT_EQ(columns[kMicroseconds] == "-", number == 3000);
    EXPECT_EQ(columns[kRound], number == 3000 ? "-" : "7");
    EXPECT_EQ(columns[kAlgorithm] + ' ' + columns.back(), "lanes(2, ring)");
  }
  const std::string last = recorder.last_calls();
  EXPECT_THAT(last, HasSubstr("#3000 allreduce of 3000 x 4 bytes (float, sum) by lanes(2, ring): under-way, begun "));
  EXPECT_THAT(last, HasSubstr("#2999 allreduce of 2999 x 4 bytes (float, sum) by lanes(2, ring): failed, begun "));
  EXPECT_THAT(last, HasSubstr("#2997"));
  EXPECT_THAT(last, Not(HasSubstr("#2996")));
}

TEST(Recorder, a_call_that_was_overtaken_leaves_the_later_one_alone) {
  Recorder recorder;
  const Recorder::Number old = recorder.begin(sum_of(1), Recorder::State::kQueued);
  for (std::size_t i = 0; i < Recorder::kKept; ++i) {
    (void)recorder.begin(sum_of(5), Recorder::State::kUnderWay);
  }
  recorder.end(old, Recorder::State::kFailed);
  recorder.carry_out(old, recorder.number_of("ring"));
  EXPECT_THAT(recorder.last_calls(), Not(HasSubstr("failed")));
  EXPECT_THAT(recorder.last_calls(), Not(HasSubstr("ring")));
}

TEST(Recorder, files_are_private_new_and_follow_no_link) {
  const SharedFolder folder;
  const std::string target = folder.own("target");
  std::ofstream(target) << "mine";
  std::filesystem::create_symlink(target, folder.own("link"));
  const std::string long_name(1000, 'x');
  Recorder recorder;
  recorder.write_to(folder.own("link"));
  recorder.carry_out(recorder.begin(sum_of(1), Recorder::State::kPreparing), recorder.number_of(long_name));
  std::string content;
  std::ifstream(target) >> content;
  EXPECT_EQ(content, "mine");

  struct stat status {};

  ASSERT_EQ(::lstat(folder.own("link").c_str(), &status), 0);
  EXPECT_TRUE(S_ISREG(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(calls_in(folder.own("link")).at(1).back(), testing::EndsWith("xxx..."));
  Recorder other;
  EXPECT_THROW(other.write_to(folder.own("none") + "/file"), Error);
}

/// A communicator that is recorded in files, made while there is a time-out too.
class RecordedCommunicator {
 public:
  explicit RecordedCommunicator(const std::string& prefix) {
    ::setenv("RINGWOOD_RECORD", prefix.c_str(), 1);
    ::setenv("RINGWOOD_TIMEOUT", "0.3", 1);
    MPI_Comm_dup(MPI_COMM_WORLD, &duplicate_);
    communicator_.emplace(duplicate_);
    int one = 1;
    communicator_->allreduce(std::span<int>(&one, 1), ReduceOperator::kSum, {.algorithm = "ring"});
    ::unsetenv("RINGWOOD_RECORD");
    ::unsetenv("RINGWOOD_TIMEOUT");
  }

  RecordedCommunicator(const RecordedCommunicator&) = delete;
  RecordedCommunicator& operator=(const RecordedCommunicator&) = delete;

  ~RecordedCommunicator() {
    communicator_.reset();
    MPI_Comm_free(&duplicate_);
  }

  Communicator& operator*() { return *communicator_; }

 private:
  MPI_Comm duplicate_ = MPI_COMM_NULL;
  std::optional<Communicator> communicator_;
};

/// This rank's newest file of that beginning.
std::string newest(const std::string& prefix, int rank) {
  for (int number = 100; number > 0; --number) {
    std::string path = prefix + '.' + std::to_string(rank) + '.' + std::to_string(number);
    if (std::filesystem::exists(path)) {
      return path;
    }
  }
  return "";
}

/// The last rank never comes; the others say what they did, and its own file what it did.
void one_stays_away(const SharedFolder& folder, bool in_steps) {
  const std::string prefix = folder.in(in_steps ? "steps" : "waiting");
  RecordedCommunicator recorded(prefix);
  Communicator& communicator = *recorded;
  const Rank away = communicator.size() - 1;
  std::vector<float> data(10, 1.0F);
  std::string message;
  if (communicator.rank() != away) {
    try {
      if (in_steps) {
        Request request =
            communicator.start().allreduce(std::span<float>(data), ReduceOperator::kSum, {.algorithm = "one-shot"});
        request.wait();
      } else {
        communicator.allreduce(std::span<float>(data), ReduceOperator::kSum, {.algorithm = "one-shot"});
      }
    } catch (const Error& error) {
      message = error.what();
    }
    EXPECT_THAT(message, HasSubstr("; last calls of this rank: #2 allreduce of 10 x 4 bytes (float, sum) by one-shot: "
                                   "under-way, begun "));
    EXPECT_THAT(message, HasSubstr(", #1 allreduce of 1 x 4 bytes (int32, sum) by ring: ended, begun "));
    EXPECT_THAT(message, HasSubstr("; all calls: " + newest(prefix, communicator.rank())));
  }
  MPI_Barrier(MPI_COMM_WORLD);
  for (Rank rank = 0; rank < communicator.size(); ++rank) {
    const auto calls = calls_in(newest(prefix, rank));
    ASSERT_EQ(calls.size(), rank == away ? 1U : 2U);
    EXPECT_EQ(calls.at(1)[kState], "ended");
    if (rank != away) {
      EXPECT_EQ(calls.at(2)[kState], "failed");
      EXPECT_EQ(calls.at(2)[kRound], in_steps ? "-" : "0");
    }
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

TEST(Recorder, a_call_in_vain_tells_the_last_ones) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (ranks < 2) {
    GTEST_SKIP() << "one rank waits for nobody";
  }
  const SharedFolder folder;
  one_stays_away(folder, false);
  one_stays_away(folder, true);
  ::setenv("RINGWOOD_SHARED_MEMORY", "0", 1);
  one_stays_away(folder, false);
  ::unsetenv("RINGWOOD_SHARED_MEMORY");
}

TEST(Recorder, native_and_refused_calls_are_there_too) {
  const SharedFolder folder;
  RecordedCommunicator recorded(folder.in("native"));
  Communicator& communicator = *recorded;
  std::vector<int> data(3, 1);
  communicator.allreduce(std::span<int>(data), ReduceOperator::kSum, {.algorithm = "native"});
  EXPECT_THROW(communicator.allreduce(std::span<int>(data), ReduceOperator::kSum, {.algorithm = "none"}), Error);
  const auto calls = calls_in(newest(folder.in("native"), communicator.rank()));
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls.at(2)[kState], "ended");
  EXPECT_EQ(calls.at(2)[kAlgorithm], "native");
  EXPECT_EQ(calls.at(3)[kState], "failed");
  EXPECT_EQ(calls.at(3)[kAlgorithm], "-");
}

// Who cannot write its file says so, and calls as ever.
TEST(Recorder, without_a_place_for_files_all_is_the_same) {
  RecordedCommunicator recorded("/proc/no/such/place");
  std::vector<int> data(3, 1);
  (*recorded).allreduce(std::span<int>(data), ReduceOperator::kSum);
  EXPECT_EQ(data, std::vector<int>(3, (*recorded).size()));
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
