// ringwood verify: proves schedules for the given numbers of ranks.

#include "ringwood/verify.hpp"

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/bounds.hpp"
#include "tools/cli/choices.hpp"
#include "tools/cli/distance.hpp"
#include "tools/cli/effort.hpp"
#include "tools/cli/given_schedule.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/setup.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "file"},
    {.name = "ranks", .fallback = "1..16+1"},
    {.name = "root", .fallback = "0"},
    {.name = "op", .fallback = "sum"},
    {.name = "reproducibility", .fallback = "0"},
    {.name = "machine"},
    {.name = "map", .fallback = "block"},
    {.name = "sizes", .fallback = "1MiB"},
    {.name = "threads", .fallback = "0"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv"},
    {.name = "quiet"},
};

// The highest level of VerifyReport::reproducibility.
constexpr int kMostReproducible = 5;

/// One schedule to prove, and what came out.
struct Task {
  Collective collective = Collective::kAllreduce;
  Choice choice;
  std::string name;
  Rank ranks = 1;
  std::string why_not;
  VerifyReport report;
  const Distance* on = nullptr;  ///< the machine, if there is one
  Record distance;               ///< from its bounds
};

/// Nothing, and why, where the algorithm is not for the problem. Only that is left out: what goes wrong when a schedule
/// is made or proved is an error.
[[nodiscard]] std::optional<Schedule> schedule_to_prove(Task& task, const Schedule::Request& request) {
  const Part part = resolve(known_library(), task.collective, task.choice.expression);
  const Algorithm& algorithm = part.algorithm(task.collective);
  const bool plain = part.parts.empty() && task.choice.expression.parameters.all().empty();
  task.why_not = plain ? why_not(algorithm, request) : "";
  if (!task.why_not.empty()) {
    task.why_not = fmt::format("{}: {}", algorithm.name, task.why_not);
    return std::nullopt;
  }
  try {
    return schedule_for(task.choice, task.collective, request, known_library());
  } catch (const Error& error) {
    // A composition refuses for its parts, and an algorithm for its parameters.
    if (plain || error.kind() != ErrorKind::kUsage) {
      throw;
    }
    task.why_not = error.what();
    return std::nullopt;
  }
}

/// A schedule whose programs give up is not proved, and one that falls short of what is demanded has failed.
[[nodiscard]] VerifyReport proof_of(const Schedule& schedule, const Arguments& arguments) {
  const auto demanded = parse_integer(arguments.text("reproducibility"), {0, kMostReproducible}, "--reproducibility");
  VerifyReport report;
  try {
    report = verify(schedule);
  } catch (const Error& error) {
    report.error = error.what();
  }
  if (report.ok && report.reproducibility < demanded) {
    report.ok = false;
    report.error = fmt::format("its reproducibility is {}, and {} is demanded", report.reproducibility, demanded);
  }
  return report;
}

/// On the machine, if there is one; for algorithms that ask, four ranks share a node otherwise.
void prove(Task& task, const Arguments& arguments) {
  const Placement placement = task.on != nullptr ? task.on->placement() : nodes_of_four(task.ranks);
  Schedule::Request request;
  request.ranks = task.ranks;
  // The root wanders with the number of ranks where the user's is not there.
  request.root = static_cast<Rank>(parse_integer(arguments.text("root"), {0, INT32_MAX}, "--root")) % task.ranks;
  request.commutative = commutes(arguments.text("op"));
  request.placement = &placement;
  const auto schedule = schedule_to_prove(task, request);
  if (schedule) {
    check_pieces(*schedule);
    task.report = proof_of(*schedule, arguments);
    task.distance = task.on != nullptr && task.report.ok ? task.on->fields(*schedule) : Record();
  }
}

[[nodiscard]] std::vector<Task> proved_file(const Arguments& arguments) {
  const FileSchedule file(arguments);
  std::vector<Task> tasks(1);
  tasks.front().collective = file.recorded().collective;
  tasks.front().name = file.name();
  tasks.front().ranks = file.recorded().ranks;
  tasks.front().report = proof_of(file.schedule(), arguments);
  if (arguments.given("machine") && tasks.front().report.ok) {
    tasks.front().distance = Distance(arguments, file.recorded().ranks).fields(file.schedule());
  }
  return tasks;
}

/// Proves all tasks, on as many threads as asked for. The first exception is thrown again here.
void prove_all(std::vector<Task>& tasks, const Arguments& arguments) {
  auto threads = static_cast<unsigned>(parse_integer(arguments.text("threads"), {0, 1024}, "--threads"));
  threads = threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : threads;
  std::atomic<std::size_t> next{0};
  Progress progress("ringwood verify", tasks.size(), !arguments.given("quiet"));
  std::mutex telling;
  std::vector<std::exception_ptr> failures(threads);
  const auto work = [&](std::exception_ptr& failure) {
    try {
      // The largest come last in the list and first here, so that threads end together.
      for (std::size_t i = next++; i < tasks.size(); i = next++) {
        prove(tasks[tasks.size() - 1 - i], arguments);
        const std::lock_guard lock(telling);
        progress.step();
      }
    } catch (...) {
      failure = std::current_exception();
    }
  };
  std::vector<std::jthread> workers;
  try {
    for (unsigned i = 1; i < threads; ++i) {
      workers.emplace_back(work, std::ref(failures[i]));
    }
  } catch (const std::system_error&) {  // those that there are do it as well
    remark(fmt::format("ringwood verify: the system has {} of {} threads", workers.size() + 1, threads));
  }
  work(failures.front());
  workers.clear();
  progress.end();
  for (const std::exception_ptr& failure : failures) {
    if (failure) {
      std::rethrow_exception(failure);
    }
  }
}

/// How often the least number of rounds and of bytes at the busiest rank the schedule takes; nothing where that is 0.
void add_deficiencies(const Task& task, Record& record) {
  const VerifyReport& report = task.report;
  const double bytes = static_cast<double>(report.sent_max) / static_cast<double>(report.chunks);
  const double least = least_sent(task.collective, task.ranks);
  const auto ratio = [](double value, double bound) { return bound > 0 ? Value(value / bound) : Value(); };
  record.push_back({"latency_deficiency",
                    ratio(static_cast<double>(report.rounds), static_cast<double>(report.rounds_bound)), Unit::kNone,
                    false});
  record.push_back({"bandwidth_deficiency", ratio(bytes, least), Unit::kNone, false});
}

[[nodiscard]] Record record_of(const Task& task) {
  const VerifyReport& report = task.report;
  const auto chunks = static_cast<double>(report.chunks);
  Record record{{"collective", std::string(name_of(task.collective))},
                {"algorithm", task.name},
                {"ranks", std::int64_t{task.ranks}},
                {"ok", report.ok},
                {"rounds", report.rounds},
                {"rounds_bound", report.rounds_bound},
                {"bytes_sent_max", static_cast<double>(report.sent_max) / chunks},
                {"bytes_bound", least_sent(task.collective, task.ranks)},
                {"same_bits", report.same_bits},
                {"keeps_order", report.keeps_order},
                {"deadlock_free", report.deadlock_free},
                {"scratch_bytes_per_byte", static_cast<double>(report.scratch_chunks) / chunks},
                {"error", report.error},
                {"reproducibility", std::int64_t{report.reproducibility}},
                {"partial_sums", static_cast<double>(report.partial_sums) / chunks, Unit::kNone, false}};
  add_deficiencies(task, record);
  record.insert(record.end(), task.distance.begin(), task.distance.end());
  return record;
}

[[nodiscard]] std::vector<Task> tasks_of(const Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  std::vector<Collective> collectives(kAllCollectives.begin(), kAllCollectives.end());
  if (!operands.empty()) {
    collectives = {collective_named(operands[0])};
  }
  std::vector<Task> tasks;
  constexpr Rank kMostRanks = 1 << 20;
  const std::vector<Rank> all_ranks = arguments.ranks();
  check_ranks(all_ranks, kMostRanks);
  for (const Collective collective : collectives) {
    for (const Choice& choice :
         parse_choices(operands.size() == 2 ? operands[1] : "all", collective, known_library())) {
      if (choice.kind != Choice::Kind::kNamed) {
        throw Error(ErrorKind::kUsage, "only algorithms can be proved, not 'native' or 'selected'");
      }
      for (const Rank ranks : all_ranks) {
        tasks.push_back({.collective = collective,
                         .choice = choice,
                         .name = to_string(choice.expression),
                         .ranks = ranks,
                         .why_not = {},
                         .report = {},
                         .on = nullptr,
                         .distance = {}});
      }
    }
  }
  return tasks;
}

/// The machine with each number of ranks, looked at once.
[[nodiscard]] std::map<Rank, Distance> distances_of(std::vector<Task>& tasks, const Arguments& arguments) {
  std::map<Rank, Distance> distances;
  for (Task& task : tasks) {
    task.on = &distances.try_emplace(task.ranks, arguments, task.ranks).first->second;
  }
  return distances;
}

int run(const Arguments& arguments) {
  RecordWriter writer(arguments.one_of("format", record_formats()));
  std::vector<Task> tasks = arguments.given("file") ? proved_file(arguments) : tasks_of(arguments);
  if (!arguments.given("file")) {
    const auto distances = arguments.given("machine") ? distances_of(tasks, arguments) : std::map<Rank, Distance>();
    prove_all(tasks, arguments);
  }
  std::size_t proved = 0;
  std::size_t failed = 0;
  std::size_t refused = 0;
  for (const Task& task : tasks) {
    if (!task.why_not.empty()) {
      ++refused;
      continue;
    }
    ++(task.report.ok ? proved : failed);
    writer.add(record_of(task));
  }
  if (proved + failed == 0 && !tasks.empty()) {
    throw Error(ErrorKind::kUsage, tasks.front().why_not);
  }
  writer.finish();
  if (!arguments.given("quiet")) {
    remark(fmt::format("{} schedules proved, {} failed{}", proved, failed,
                       refused == 0 ? "" : fmt::format(", {} left out (their algorithm is not for them)", refused)));
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace

constinit const Command verify_command{
    .name = "verify",
    .operands = "[COLLECTIVE [ALGORITHM]]",
    .brief = "proves schedules correct, deadlock-free and hazard-free",
    .details =
        "bytes_sent_max and bytes_bound are parts of the vector, sent by the busiest rank. Exit code 1\n"
        "if a proof fails. For algorithms that ask, four ranks share a node. reproducibility is how far\n"
        "the bits of a result can be relied on: 0 ranks may differ, 1 all ranks get the same, 2 in every\n"
        "run, 3 whatever the size, 4 whatever the placement, 5 whatever the number of ranks. With\n"
        "--machine, also how far it is from the bounds of the machine for the size: what bounds the time,\n"
        "what crosses the borders of its groups and the links (parts of the vector), and congestion, the\n"
        "time on the fullest links over that at the busiest ports.",
    .operands_min = 0,
    .operands_max = 2,
    .options = kOptions,
    .examples = {"ringwood verify", "ringwood verify allreduce ring --ranks 1..64+1",
                 "ringwood verify allreduce all --ranks 64 --machine torus:dims=8x8"},
    .run = run,
};

}  // namespace ringwood::cli
