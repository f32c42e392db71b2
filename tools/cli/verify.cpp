// ringwood verify: proves schedules for the given numbers of ranks.

#include "ringwood/verify.hpp"

#include <fmt/format.h>

#include <atomic>
#include <optional>
#include <thread>

#include "algorithms/catalogue.hpp"
#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/bounds.hpp"
#include "tools/cli/choices.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/records.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "ranks", .fallback = "1..16+1"},
    {.name = "root", .fallback = "0"},
    {.name = "op", .fallback = "sum"},
    {.name = "threads", .fallback = "0"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv"},
    {.name = "quiet"},
};

// Ranks that share a node, for algorithms that ask who does.
constexpr Rank kRanksPerNode = 4;

/// One schedule to prove, and what came out.
struct Task {
  Collective collective = Collective::kAllreduce;
  Choice choice;
  Rank ranks = 1;
  std::string why_not;
  VerifyReport report;
};

[[nodiscard]] Placement placement_for(Rank ranks) {
  std::vector<Rank> node_of;
  for (Rank rank = 0; rank < ranks; ++rank) {
    node_of.push_back(rank / kRanksPerNode);
  }
  return Placement({{.name = "node", .group_of = std::move(node_of)}});
}

/// Nothing, and why, where the algorithm is not for the problem. Only that is left out: what goes wrong when a schedule
/// is made or proved is an error.
[[nodiscard]] std::optional<Schedule> schedule_to_prove(Task& task, const Schedule::Request& request) {
  const Part part = resolve(built_in_library(), task.collective, task.choice.expression);
  const Algorithm& algorithm = part.algorithm(task.collective);
  const bool plain = part.parts.empty() && task.choice.expression.parameters.all().empty();
  task.why_not = plain ? why_not(algorithm, request) : "";
  if (!task.why_not.empty()) {
    task.why_not = fmt::format("{}: {}", algorithm.name, task.why_not);
    return std::nullopt;
  }
  try {
    return schedule_for(task.choice, task.collective, request, built_in_library());
  } catch (const Error& error) {
    // A composition refuses for its parts, and an algorithm for its parameters.
    if (plain || error.kind() != ErrorKind::kUsage) {
      throw;
    }
    task.why_not = error.what();
    return std::nullopt;
  }
}

void prove(Task& task, const Arguments& arguments) {
  const Placement placement = placement_for(task.ranks);
  Schedule::Request request;
  request.ranks = task.ranks;
  // The root wanders with the number of ranks where the user's is not there.
  request.root = static_cast<Rank>(parse_integer(arguments.text("root"), {0, INT32_MAX}, "--root")) % task.ranks;
  request.commutative = commutes(arguments.text("op"));
  request.placement = &placement;
  const auto schedule = schedule_to_prove(task, request);
  if (!schedule) {
    return;
  }
  try {
    task.report = verify(*schedule);
  } catch (const Error& error) {
    task.report.error = error.what();  // its programs gave up: that is no proof
  }
}

/// Proves all tasks, on as many threads as asked for. The first exception is thrown again here.
void prove_all(std::vector<Task>& tasks, const Arguments& arguments) {
  auto threads = static_cast<unsigned>(parse_integer(arguments.text("threads"), {0, 1024}, "--threads"));
  threads = threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : threads;
  std::atomic<std::size_t> next{0};
  std::vector<std::exception_ptr> failures(threads);
  const auto work = [&](std::exception_ptr& failure) {
    try {
      // The largest come last in the list and first here, so that threads end together.
      for (std::size_t i = next++; i < tasks.size(); i = next++) {
        prove(tasks[tasks.size() - 1 - i], arguments);
      }
    } catch (...) {
      failure = std::current_exception();
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 1; i < threads; ++i) {
    workers.emplace_back(work, std::ref(failures[i]));
  }
  work(failures.front());
  workers.clear();
  for (const std::exception_ptr& failure : failures) {
    if (failure) {
      std::rethrow_exception(failure);
    }
  }
}

[[nodiscard]] Record record_of(const Task& task) {
  const VerifyReport& report = task.report;
  const auto chunks = static_cast<double>(report.chunks);
  return {{"collective", std::string(name_of(task.collective))},
          {"algorithm", to_string(task.choice.expression)},
          {"ranks", std::int64_t{task.ranks}},
          {"ok", report.ok},
          {"rounds", report.rounds},
          {"rounds_bound", report.rounds_bound},
          {"bytes_sent_max", static_cast<double>(report.sent_max) / chunks},
          {"bytes_bound", bytes_bound(task.collective, task.ranks)},
          {"same_bits", report.same_bits},
          {"keeps_order", report.keeps_order},
          {"deadlock_free", report.deadlock_free},
          {"scratch_bytes_per_byte", static_cast<double>(report.scratch_chunks) / chunks},
          {"error", report.error}};
}

[[nodiscard]] std::vector<Task> tasks_of(const Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  std::vector<Collective> collectives(kAllCollectives.begin(), kAllCollectives.end());
  if (!operands.empty()) {
    collectives = {collective_named(operands[0])};
  }
  std::vector<Task> tasks;
  const std::vector<Rank> all_ranks = arguments.ranks();
  for (const Collective collective : collectives) {
    for (const Choice& choice :
         parse_choices(operands.size() == 2 ? operands[1] : "all", collective, built_in_library())) {
      if (choice.kind != Choice::Kind::kNamed) {
        throw Error(ErrorKind::kUsage, "only algorithms can be proved, not 'native' or 'selected'");
      }
      for (const Rank ranks : all_ranks) {
        tasks.push_back({.collective = collective, .choice = choice, .ranks = ranks, .why_not = {}, .report = {}});
      }
    }
  }
  return tasks;
}

int run(const Arguments& arguments) {
  RecordWriter writer(arguments.one_of("format", record_formats()));
  std::vector<Task> tasks = tasks_of(arguments);
  prove_all(tasks, arguments);
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
        "if a proof fails. For algorithms that ask, four ranks share a node.",
    .operands_min = 0,
    .operands_max = 2,
    .options = kOptions,
    .examples = {"ringwood verify", "ringwood verify allreduce ring --ranks 1..64+1",
                 "ringwood verify reduce-scatter --ranks 2..32 --format csv"},
    .run = run,
};

}  // namespace ringwood::cli
