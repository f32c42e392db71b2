#include "tools/cli/simulation.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/plugin.hpp"
#include "sim/critical_path.hpp"
#include "sim/flow/flow_path.hpp"
#include "tools/cli/bounds.hpp"
#include "tools/cli/effort.hpp"
#include "tools/cli/link_names.hpp"
#include "tools/cli/model_choice.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/results.hpp"
#include "tools/cli/what_if.hpp"

namespace ringwood::cli {

namespace {

// Up to so many messages the critical path is told without being asked for; it takes a second run.
constexpr std::int64_t kMessagesForCriticalPath = 65536;

// With fewer, a simulation takes no longer than it takes to start the thread that would tell.
constexpr std::int64_t kMessagesForRemark = 100'000;

constexpr std::int64_t kTableBytesPerMessage = 20;

// In the order of Engine.
constexpr std::array<std::string_view, 6> kEngines{"automatic", "quotient", "piecewise-affine",
                                                   "data-flow", "table",    "event-queue"};

[[nodiscard]] std::string text_of(const CriticalPath& path, CostModel model) {
  const std::string sharing = model == CostModel::kFlow ? fmt::format("sharing {}, ", format_time(path.sharing)) : "";
  const std::string noise = path.noise > 0 ? fmt::format(", noise {}", format_time(path.noise)) : "";
  return fmt::format("latency {}, overhead {}, bandwidth {}, {}reduction {}, waiting {}{}; {} messages: {}",
                     format_time(path.latency), format_time(path.overhead), format_time(path.bandwidth), sharing,
                     format_time(path.reduction), format_time(path.waiting), noise, path.messages, path.text);
}

/// "4" or "rail:4".
[[nodiscard]] NicSet parse_nics(std::string_view text) {
  constexpr std::string_view kRail = "rail:";
  NicSet nics;
  if (text.starts_with(kRail)) {
    nics.choice = NicSet::Choice::kRail;
    text.remove_prefix(kRail.size());
  }
  nics.count = static_cast<std::int32_t>(parse_integer(text, {1, kMostNics}, "--nics"));
  return nics;
}

/// Candidates that look better than the one that is taken and are too large to be simulated on the way to it.
void tell_what_was_not_simulated(const std::vector<ModelOption>& options) {
  const double taken = options.front().seconds();
  std::vector<std::string> names;
  for (const ModelOption& option : options) {
    if (option.why_not.empty() && !option.predicted() && option.estimated_s < taken) {
      names.push_back(option.algorithm);
    }
  }
  if (!names.empty()) {
    constexpr std::size_t kShown = 3;
    const std::size_t others = names.size() - std::min(names.size(), kShown);
    names.resize(std::min(names.size(), kShown));
    remark(
        fmt::format("ringwood simulate: {} is taken; {}{} look faster by their estimates, and have too many messages "
                    "to be simulated before the choice; --algorithm compares what it names",
                    options.front().algorithm, joined(names), others == 0 ? "" : fmt::format(" and {} more", others)));
  }
}

[[nodiscard]] std::string what_takes_long(const Schedule& schedule, std::int64_t messages) {
  return fmt::format(
      "ringwood simulate: {} over {} ranks has up to {:.2g} messages, of which ten to a hundred million can be served "
      "a "
      "second where ranks are not all alike (with fewer elements than ranks they are not); a remark, and the "
      "simulation "
      "goes on",
      schedule.name(), schedule.ranks(), static_cast<double>(messages));
}

/// The most memory that this process ever had, in bytes.
[[nodiscard]] std::int64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace

namespace {

/// Bytes that are kept of every message: its operations with their causes, as they were served, the message itself, or
/// a place in the table.
[[nodiscard]] std::int64_t kept_of_a_message(const SimulationOptions& options) {
  constexpr std::int64_t kOperations = 2;  // a send and a receive
  const std::int64_t traced = options.model == CostModel::kFlow ? sizeof(FlowOperation) : sizeof(SimulatedOperation);
  return (options.critical_path ? kOperations * traced : 0) +
         (options.operations != nullptr ? kOperations * static_cast<std::int64_t>(sizeof(LoggedOperation)) : 0) +
         (options.log != nullptr ? static_cast<std::int64_t>(sizeof(MessageLog::value_type)) : 0) +
         (options.engine == Engine::kTable ? kTableBytesPerMessage : 0);
}

}  // namespace

void add_sharing(Record& record, const FlowReport& report, const Machine& machine, const FlowOptions& options) {
  record.push_back({"routing", routing_of(machine.spec), Unit::kNone, false});
  record.push_back({"fairness", options.fairness == FlowFairness::kFlow ? "flow" : "source", Unit::kNone, false});
  const std::vector<LinkUse> hottest = hottest_links(report.links, 1);
  const bool any = !hottest.empty();
  record.push_back(
      {"hottest_link", any ? Value(name_of_link(*machine.network, hottest.front())) : Value(), Unit::kNone, false});
  record.push_back({"hottest_link_use", any ? Value(hottest.front().use) : Value(), Unit::kRatio, false});
}

SimulationSettings::SimulationSettings(const Arguments& arguments)
    : model(arguments.one_of("model", {"loggops", "flow"})) {
  options.model = model == "flow" ? CostModel::kFlow : CostModel::kLogGops;
  if (arguments.given("nic")) {
    options.flow.nic_bandwidth = parse_rate(arguments.text("nic"), "--nic");
  }
  if (arguments.given("fairness")) {
    options.flow.fairness =
        arguments.one_of("fairness", {"flow", "source"}) == "flow" ? FlowFairness::kFlow : FlowFairness::kSource;
  }
  options.form = arguments.one_of("loggops-form", {"textbook", "loggopsim"}) == "textbook" ? LogGopsForm::kTextbook
                                                                                           : LogGopsForm::kSimulator;
  if (arguments.given("engine")) {
    const std::string engine = arguments.one_of("engine", {kEngines.begin(), kEngines.end()});
    options.engine = static_cast<Engine>(std::ranges::find(kEngines, engine) - kEngines.begin());
  }
  if (arguments.given("order")) {
    options.order = arguments.one_of("order", {"posted", "first-come"}) == "posted" ? ServiceOrder::kPosted
                                                                                    : ServiceOrder::kFirstCome;
  }
  if (arguments.given("nics")) {
    options.nics = parse_nics(arguments.text("nics"));
  }
  if (arguments.given("noise")) {
    options.noise = parse_noise(arguments.text("noise"), arguments.seed());
  }
  options.symmetry = !arguments.given("no-symmetry");
  always_critical_path = arguments.given("critical-path");
  stats = arguments.given("stats");
}

Simulator::Simulator(const Site& site, const Arguments& arguments, const SimulationSettings& settings, Answers* answers)
    : site_(site),
      arguments_(arguments),
      settings_(settings),
      answers_(answers),
      element_size_(element_size_of(arguments)),
      stragglers_(stragglers_of(arguments, static_cast<Rank>(site.mapping().size()))) {}

SimulationReport Simulator::evaluate(const Schedule& schedule, const Layout& layout,
                                     std::optional<SimulationReport> known) const {
  SimulationOptions options = settings_.options;
  options.critical_path = settings_.always_critical_path || answers_ != nullptr;
  options.stragglers = stragglers_;
  if (answers_ != nullptr) {
    answers_->prepare(options);
  }
  if (!known || options.critical_path) {
    const std::int64_t messages = check_memory(schedule, kept_of_a_message(options)).messages;
    const SlowRemark slow(messages > kMessagesForRemark && !arguments_.given("quiet"),
                          [&] { return what_takes_long(schedule, messages); });
    known = simulate(schedule, layout, site_.machine(), site_.mapping(), options);
  }
  SimulationReport report = std::move(*known);
  const bool free_to_log = !options.critical_path && options.engine == Engine::kAutomatic;
  if (free_to_log && report.messages <= kMessagesForCriticalPath) {
    const Engine engine = report.engine;
    options.critical_path = true;
    report = simulate(schedule, layout, site_.machine(), site_.mapping(), options);
    report.engine = engine;  // the one that answers where nothing is logged
  }
  return report;
}

Choice Simulator::selected(const SimulationPoint& point, std::optional<SimulationReport>& known) const {
  const ModelChoice model(site_, arguments_, settings_);
  const std::vector<ModelOption> options = model.options(point.collective, point.bytes, {}, &known);
  if (options.empty() || !options.front().why_not.empty()) {
    throw Error(ErrorKind::kUsage, fmt::format("no algorithm for {} can do this{}", name_of(point.collective),
                                               options.empty() ? std::string() : ": " + options.front().why_not));
  }
  tell_what_was_not_simulated(options);
  return {.expression = parse_expression(options.front().algorithm)};
}

void Simulator::tell(const Schedule& schedule, const Layout& layout, const AlgorithmName& name,
                     const SimulationReport& report) const {
  const auto time_on = [&](const Machine& machine) {
    SimulationOptions options = settings_.options;
    options.stragglers = stragglers_;
    return simulate(schedule, layout, machine, site_.mapping(), options).time;
  };
  const std::string of = fmt::format("{} {} of {} over {} ranks", name_of(schedule.collective()), name.algorithm,
                                     format_bytes(layout.total_bytes()), schedule.ranks());
  const Demand demand{schedule.collective(), schedule.root(), layout.total_bytes()};
  answers_->add({of, demand}, report, site_, time_on);
}

std::optional<Record> Simulator::record(const SimulationPoint& point) const {
  if (point.choice.kind == Choice::Kind::kNative) {
    throw Error(ErrorKind::kUsage,
                "--algorithm 'native' is what the MPI library does by itself; it can be measured "
                "(ringwood bench), not simulated");
  }
  std::optional<SimulationReport> known;
  const Choice choice = point.choice.kind == Choice::Kind::kSelected ? selected(point, known) : point.choice;
  const auto schedule = schedule_if_able(choice, point.collective, site_.request(arguments_), known_library());
  if (!schedule) {
    return std::nullopt;
  }
  return record(*schedule, name_fields(choice), point.bytes, std::move(known));
}

Record Simulator::record(const Schedule& schedule, const AlgorithmName& name, Bytes bytes) const {
  return record(schedule, name, bytes, std::nullopt);
}

std::vector<Record> Simulator::records(std::span<const SimulationPoint> points) const {
  const SimulationPoint& first = points.front();
  const Schedule schedule = schedule_for(first.choice, first.collective, site_.request(arguments_), known_library());
  check_memory(schedule);
  SimulationOptions options = settings_.options;
  options.stragglers = stragglers_;
  std::vector<Layout> layouts;
  for (const SimulationPoint& point : points) {
    layouts.push_back(equal_layout(schedule, point.bytes / element_size_, element_size_));
  }
  std::vector<ringwood::SimulationPoint> sized;
  for (const Layout& layout : layouts) {
    sized.push_back({&layout, &site_.machine()});
  }
  std::vector<SimulationReport> reports = simulate_points(schedule, sized, site_.mapping(), options);
  std::vector<Record> records;
  for (std::size_t i = 0; i < points.size(); ++i) {
    records.push_back(record(schedule, name_fields(first.choice), points[i].bytes, std::move(reports[i])));
  }
  return records;
}

double Simulator::time_s(const SimulationPoint& point) const {
  const Schedule schedule = schedule_for(point.choice, point.collective, site_.request(arguments_), known_library());
  SimulationOptions options = settings_.options;
  options.stragglers = stragglers_;
  const Layout layout = equal_layout(schedule, point.bytes / element_size_, element_size_);
  return seconds(simulate(schedule, layout, site_.machine(), site_.mapping(), options).time);
}

Record Simulator::record(const Schedule& schedule, const AlgorithmName& name, Bytes bytes,
                         std::optional<SimulationReport> known) const {
  const auto start = std::chrono::steady_clock::now();
  const Layout layout = equal_layout(schedule, bytes / element_size_, element_size_);
  const SimulationReport report = evaluate(schedule, layout, std::move(known));
  if (answers_ != nullptr) {
    tell(schedule, layout, name, report);
  }
  const Result result{
      .collective = schedule.collective(),
      .name = name,
      .machine = site_.machine().spec,
      .model = settings_.model,
      .ranks = schedule.ranks(),
      .bytes = bytes,
      .time_s = seconds(report.time),
      .traffic = Traffic{report.rounds, report.messages, report.bytes_sent_max},
      .bound_s = time_bound(schedule.collective(), bytes, site_.machine(), site_.facts(), schedule.ranks(),
                            settings_.model == "flow" ? LinkSharing::kShared : LinkSharing::kNone)};
  Record record = record_of(result);
  record.push_back({"critical_path", text_of(report.critical_path, settings_.options.model), Unit::kNone,
                    settings_.always_critical_path});
  const bool logged = settings_.options.engine == Engine::kAutomatic && report.messages <= kMessagesForCriticalPath;
  if ((!settings_.always_critical_path && !logged) || report.critical_path.text.empty()) {
    record.back().value = std::monostate();
  }
  const std::string order = settings_.options.order == ServiceOrder::kPosted ? "posted" : "first-come";
  record.push_back({"order", order, Unit::kNone, false});
  record.push_back(
      {"order_sensitive", report.order_sensitive ? Value(*report.order_sensitive) : Value(), Unit::kNone, false});
  if (report.flow) {
    add_sharing(record, *report.flow, site_.machine(), settings_.options.flow);
  }
  if (settings_.stats) {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    record.push_back({"wall_s", wall.count(), Unit::kSeconds});
    record.push_back({"peak_rss_bytes", peak_memory(), Unit::kBytes});
    record.push_back({"engine", report.flow ? "flow" : std::string(kEngines[static_cast<std::size_t>(report.engine)]),
                      Unit::kNone, false});
  }
  return record;
}

}  // namespace ringwood::cli
