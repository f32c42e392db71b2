#include "tools/cli/launched_sweep.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "ringwood/error.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/sweep_plan.hpp"
#include "tools/cli/sweep_results.hpp"
#include "tools/cli/tables.hpp"

namespace ringwood::cli {

namespace {

constexpr int kWrongData = 1;
constexpr int kNotStarted = 127;

[[nodiscard]] Error failed(std::string_view what) {
  return Error(ErrorKind::kSystem, fmt::format("cannot {}: {}", what, std::strerror(errno)));
}

[[nodiscard]] std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t begin = text.find_first_not_of(' '); begin != std::string::npos;) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(' ', end);
  }
  if (words.empty()) {
    throw Error(ErrorKind::kUsage, "--launcher is empty; accepted: mpirun, srun, mpiexec, with options of their own");
  }
  return words;
}

[[nodiscard]] std::string own_path() {
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) {
    throw failed("find this program");
  }
  return {path.data(), static_cast<std::size_t>(length)};
}

/// Two ends of a pipe; both close with the object.
struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw failed("make a pipe");
    }
  }

  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  ~Pipe() {
    close_end(0);
    close_end(1);
  }

  void close_end(std::size_t end) {
    if (ends[end] >= 0) {
      ::close(ends[end]);
      ends[end] = -1;
    }
  }

  /// All that comes until nobody can write any more.
  [[nodiscard]] std::string read_all() const {
    std::string text;
    std::array<char, 8192> piece{};
    while (true) {
      const ssize_t count = ::read(ends[0], piece.data(), piece.size());
      if (count > 0) {
        text.append(piece.data(), static_cast<std::size_t>(count));
      } else if (count == 0 || errno != EINTR) {
        return text;
      }
    }
  }

  std::array<int, 2> ends{-1, -1};
};

/// What a program said and how it ended.
struct Ended {
  std::string output;
  int code = 0;
};

[[noreturn]] void become(std::vector<std::string>& words, const Pipe& output, const Pipe& failure) {
  // Whoever ends us ends what we started.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  std::signal(SIGPIPE, SIG_DFL);
  ::dup2(output.ends[1], STDOUT_FILENO);
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  ::execvp(pointers.front(), pointers.data());
  const int error = errno;
  (void)!::write(failure.ends[1], &error, sizeof error);
  ::_exit(kNotStarted);
}

/// Starts a program and waits for it. Throws Error(kUsage) if there is no such program.
[[nodiscard]] Ended run_program(std::vector<std::string> words) {
  Pipe output;
  Pipe failure;
  const pid_t child = ::fork();
  if (child < 0) {
    throw failed("start a process");
  }
  if (child == 0) {
    become(words, output, failure);
  }
  output.close_end(1);
  failure.close_end(1);
  int error = 0;
  const bool not_started = ::read(failure.ends[0], &error, sizeof error) == static_cast<ssize_t>(sizeof error);
  Ended ended{output.read_all(), 0};
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (not_started) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--launcher: cannot start '{}': {}", words.front(), std::strerror(error)));
  }
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

/// The sweep's own words for one number of ranks.
[[nodiscard]] std::vector<std::string> child_words(const SweepEntries& entries, const Arguments& arguments, Rank ranks,
                                                   const TimeBudget& budget) {
  std::vector<std::string> words{own_path(), "sweep"};
  words.insert(words.end(), arguments.operands().begin(), arguments.operands().end());
  for (const OptionUse& use : arguments.command().options) {
    const std::string name(use.name);
    const bool ours = name == "launcher" || name == "format" || name == "ranks" || name == "time-budget";
    if (!ours && arguments.given(name)) {
      words.push_back("--" + name + (option_named(name).value.empty() ? "" : "=" + arguments.text(name)));
    }
  }
  // A plan says itself which of its grids are for so many.
  if (!entries.from_plan() || arguments.given("ranks")) {
    words.push_back(fmt::format("--ranks={}", ranks));
  }
  if (const auto left = budget.left_s()) {
    words.push_back(fmt::format("--time-budget={:.3f}s", std::max(*left, 0.001)));
  }
  words.emplace_back("--format=json");
  return words;
}

class LaunchedSweep {
 public:
  LaunchedSweep(const SweepEntries& entries, const Arguments& arguments)
      : entries_(entries), arguments_(arguments), budget_(arguments), launcher_(words_of(arguments.text("launcher"))) {}

  int run() {
    const std::vector<Rank> all = entries_.ranks();
    Progress progress("ringwood sweep", all.size(), !arguments_.given("quiet"));
    int code = 0;
    for (const Rank ranks : all) {
      const int one = start(ranks);
      code = one > kWrongData ? one : std::max(code, one);
      if (code > kWrongData) {
        break;
      }
      progress.step();
    }
    progress.end();
    if (!arguments_.given("dry-run")) {
      print_all();
    }
    return code;
  }

 private:
  int start(Rank ranks) {
    std::vector<std::string> words = launcher_;
    words.insert(words.end(), {"-n", fmt::format("{}", ranks)});
    const std::vector<std::string> own = child_words(entries_, arguments_, ranks, budget_);
    words.insert(words.end(), own.begin(), own.end());
    const Ended ended = run_program(std::move(words));
    if (arguments_.given("dry-run")) {
      print(fmt::format("{} ranks: {}", ranks, ended.output));
    } else if (ended.output.starts_with('[')) {
      for (Record& record : records_from_json_array(ended.output)) {
        records_.push_back(std::move(record));
      }
    }
    if (ended.code > kWrongData && ended.code != kOutOfTime) {
      remark(fmt::format("ringwood sweep: {} ended with code {} on {} ranks", launcher_.front(), ended.code, ranks));
      return ended.code == 2 ? 2 : 3;
    }
    return ended.code;
  }

  void print_all() {
    ResultWriter writer(arguments_.text("format"), table_notes_of(arguments_));
    for (const Record& record : records_) {
      writer.add(in_sweep_table(record));
    }
    writer.finish();
    flush_output();
  }

  const SweepEntries& entries_;
  const Arguments& arguments_;
  TimeBudget budget_;
  std::vector<std::string> launcher_;
  std::vector<Record> records_;
};

}  // namespace

int launch_sweep(const SweepEntries& entries, const Arguments& arguments) {
  if (is_launched()) {
    throw Error(ErrorKind::kUsage,
                "--launcher starts the ranks itself; this program was started by a launcher already");
  }
  if (arguments.given("simulate") || (entries.from_plan() && entries.plan_simulates())) {
    throw Error(ErrorKind::kUsage, "--launcher is for measurements; a simulation needs no ranks");
  }
  if (entries.ranks().empty()) {
    throw Error(ErrorKind::kUsage, "--launcher needs --ranks, such as 2,4, or a plan whose grids have ranks");
  }
  return LaunchedSweep(entries, arguments).run();
}

}  // namespace ringwood::cli
