#include "tools/cli/simulation.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>

#include "algorithms/catalogue.hpp"
#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/select.hpp"
#include "schedule/layouts.hpp"
#include "tools/cli/bounds.hpp"
#include "tools/cli/effort.hpp"
#include "tools/cli/results.hpp"

namespace ringwood::cli {

namespace {

// Up to so many messages the critical path is told without being asked for; it takes a second run.
constexpr std::int64_t kMessagesForCriticalPath = 65536;

// What is selected is simulated, on the way to the choice too: more messages than that take many seconds.
constexpr std::int64_t kMessagesForSelection = 100'000'000;
constexpr std::int64_t kMessagesForPrediction = 5'000'000;

[[nodiscard]] double seconds(Picoseconds time) {
  return static_cast<double>(time) / static_cast<double>(kPicosecondsPerSecond);
}

[[nodiscard]] double seconds_per_byte(const TimePerByte& time) {
  return std::ldexp(static_cast<double>(time.scaled), -32) / static_cast<double>(kPicosecondsPerSecond);
}

[[nodiscard]] CostView cost_view(const Site& site) {
  const auto between = [&site](Rank from, Rank to) {
    const LogGops costs = site.machine().between(site.mapping()[static_cast<std::size_t>(from)],
                                                 site.mapping()[static_cast<std::size_t>(to)]);
    return MessageCost{seconds(costs.L), seconds(costs.o), seconds(costs.g),
                       seconds_per_byte(costs.G) + seconds_per_byte(costs.O)};
  };
  return {between, seconds_per_byte(site.machine().gamma)};
}

[[nodiscard]] std::string text_of(const CriticalPath& path) {
  return fmt::format("latency {}, overhead {}, bandwidth {}, reduction {}, waiting {}; {} messages: {}",
                     format_time(path.latency), format_time(path.overhead), format_time(path.bandwidth),
                     format_time(path.reduction), format_time(path.waiting), path.messages, path.text);
}

/// The most memory that this process ever had, in bytes.
[[nodiscard]] std::int64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace

SimulationSettings::SimulationSettings(const Arguments& arguments) : model(arguments.one_of("model", {"loggops"})) {
  options.model = CostModel::kLogGops;
  options.form = arguments.one_of("loggops-form", {"textbook", "loggopsim"}) == "textbook" ? LogGopsForm::kTextbook
                                                                                           : LogGopsForm::kSimulator;
  always_critical_path = arguments.given("critical-path");
  stats = arguments.given("stats");
}

SimulationReport Simulator::evaluate(const Schedule& schedule, const Layout& layout) const {
  check_memory(schedule);
  SimulationOptions options = settings_.options;
  options.critical_path = settings_.always_critical_path;
  SimulationReport report = simulate(schedule, layout, site_.machine(), site_.mapping(), options);
  if (!options.critical_path && report.messages <= kMessagesForCriticalPath) {
    options.critical_path = true;
    report = simulate(schedule, layout, site_.machine(), site_.mapping(), options);
  }
  return report;
}

Choice Simulator::selected(const SimulationPoint& point) const {
  const Schedule::Request request = site_.request(arguments_);
  std::vector<const Algorithm*> affordable;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (algorithm->collective == point.collective && why_not(*algorithm, request).empty()) {
      const Effort effort = effort_of(Schedule(*algorithm, request), kMessagesForSelection);
      if (effort.messages <= kMessagesForSelection && effort.bytes < memory_of_computer()) {
        affordable.push_back(algorithm);
      }
    }
  }
  const CostView costs = cost_view(site_);
  const Predictor predictor = [&](const Schedule& schedule, const Layout& layout) {
    if (effort_of(schedule, kMessagesForPrediction).messages > kMessagesForPrediction) {
      return estimate(schedule, layout, costs);
    }
    return seconds(simulate(schedule, layout, site_.machine(), site_.mapping(), settings_.options).time);
  };
  const Selector selector(affordable, costs, predictor);
  const Selection selection = selector.select({.collective = point.collective,
                                               .request = request,
                                               .elements = point.bytes / element_size_,
                                               .element_size = element_size_});
  return {.expression = parse_expression(selection.algorithm->name)};
}

std::optional<Record> Simulator::record(const SimulationPoint& point) const {
  if (point.choice.kind == Choice::Kind::kNative) {
    throw Error(ErrorKind::kUsage,
                "--algorithm 'native' is what the MPI library does by itself; it can be measured "
                "(ringwood bench), not simulated");
  }
  const Choice choice = point.choice.kind == Choice::Kind::kSelected ? selected(point) : point.choice;
  const auto schedule = schedule_if_able(choice, point.collective, site_.request(arguments_), built_in_library());
  if (!schedule) {
    return std::nullopt;
  }
  return record(*schedule, name_fields(choice), point.bytes);
}

Record Simulator::record(const Schedule& schedule, const AlgorithmName& name, Bytes bytes) const {
  const auto start = std::chrono::steady_clock::now();
  const Layout layout = equal_layout(schedule, bytes / element_size_, element_size_);
  const SimulationReport report = evaluate(schedule, layout);
  const Result result{
      .collective = schedule.collective(),
      .name = name,
      .machine = site_.machine().spec,
      .model = settings_.model,
      .ranks = schedule.ranks(),
      .bytes = bytes,
      .time_s = seconds(report.time),
      .traffic = Traffic{report.rounds, report.messages, report.bytes_sent_max},
      .bound_s = time_bound(schedule.collective(), bytes, site_.machine(), site_.facts(), schedule.ranks())};
  Record record = record_of(result);
  record.push_back({"critical_path", text_of(report.critical_path), Unit::kNone, settings_.always_critical_path});
  if (!settings_.always_critical_path && report.messages > kMessagesForCriticalPath) {
    record.back().value = std::monostate();
  }
  if (settings_.stats) {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    record.push_back({"wall_s", wall.count(), Unit::kSeconds});
    record.push_back({"peak_rss_bytes", peak_memory(), Unit::kBytes});
  }
  return record;
}

}  // namespace ringwood::cli
