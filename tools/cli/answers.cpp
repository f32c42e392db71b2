#include "tools/cli/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "sim/what_if/changed_network.hpp"
#include "tools/cli/chrome_trace.hpp"
#include "tools/cli/link_names.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/timeline.hpp"

namespace ringwood::cli {

namespace {

constexpr std::size_t kShown = 10;       // links, rounds and steps in a text
constexpr std::size_t kInReport = 1000;  // links in a file
constexpr std::size_t kColumns = 100;    // of a time line

[[nodiscard]] std::string level_of_use(const Topology& network, const LinkUse& use) {
  return use.link >= 0 ? level_name(network, use.link) : use.outwards ? "NIC out" : "NIC in";
}

[[nodiscard]] std::string_view name_of_kind(LoggedOperation::Kind kind) {
  switch (kind) {
    case LoggedOperation::Kind::kSend:
      return "send";
    case LoggedOperation::Kind::kReceive:
      return "receive";
    case LoggedOperation::Kind::kReduce:
      return "reduce";
  }
  return "";
}

/// What the certificate says.
[[nodiscard]] std::string order_text(const SimulationReport& report, ServiceOrder order) {
  if (order == ServiceOrder::kFirstCome) {
    return report.order_sensitive ? "order: first come, first served, which gives what posted order gives\n"
                                  : "order: first come, first served\n";
  }
  if (!report.order_sensitive) {
    return "order: posted; with several NICs there is no certificate\n";
  }
  return *report.order_sensitive == 0
             ? "order: posted; first come, first served would give the same times\n"
             : fmt::format(
                   "order: posted; {} operations are order-sensitive: first come, first served (--order first-come) "
                   "may give other times\n",
                   *report.order_sensitive);
}

[[nodiscard]] nlohmann::json json_of(const CriticalStep& step, const Topology& network) {
  nlohmann::json json = {{"rank", step.rank},
                         {"round", step.round},
                         {"kind", name_of_kind(step.kind)},
                         {"bytes", step.bytes},
                         {"latency_s", seconds(step.latency)},
                         {"overhead_s", seconds(step.overhead)},
                         {"bandwidth_s", seconds(step.bandwidth)},
                         {"sharing_s", seconds(step.sharing)},
                         {"reduction_s", seconds(step.reduction)},
                         {"waiting_s", seconds(step.waiting)}};
  json["link"] = step.link < 0 ? nlohmann::json() : nlohmann::json(link_name(network, step.link));
  return json;
}

[[nodiscard]] const std::vector<CriticalStep>& steps_of(const SimulationReport& report) {
  return report.flow ? report.flow->steps : report.critical_path.steps;
}

/// Its first and last operations.
[[nodiscard]] std::string path_table(const std::vector<CriticalStep>& steps, const Topology& network) {
  std::vector<Record> table;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i >= kShown / 2 && i + kShown / 2 < steps.size()) {
      continue;
    }
    const CriticalStep& step = steps[i];
    table.push_back({{"step", static_cast<std::int64_t>(i)},
                     {"rank", std::int64_t{step.rank}},
                     {"round", std::int64_t{step.round}},
                     {"does", std::string(name_of_kind(step.kind))},
                     {"bytes", step.bytes, Unit::kBytes},
                     {"latency", seconds(step.latency), Unit::kSeconds},
                     {"overhead", seconds(step.overhead), Unit::kSeconds},
                     {"bandwidth", seconds(step.bandwidth), Unit::kSeconds},
                     {"sharing", seconds(step.sharing), Unit::kSeconds},
                     {"reduction", seconds(step.reduction), Unit::kSeconds},
                     {"waiting", seconds(step.waiting), Unit::kSeconds},
                     {"held up by", step.link < 0 ? std::string() : link_name(network, step.link)}});
  }
  return to_table(table);
}

[[nodiscard]] std::string finish_line(const SimulationReport& report) {
  if (report.finish.empty()) {
    return "";
  }
  const auto [first, last] = std::minmax_element(report.finish.begin(), report.finish.end());
  return fmt::format("finish: first rank {} at {}, last rank {} at {}\n", first - report.finish.begin(),
                     format_time(*first), last - report.finish.begin(), format_time(*last));
}

}  // namespace

std::vector<LinkUse> hottest_links(std::vector<LinkUse> links, std::size_t count) {
  std::stable_sort(links.begin(), links.end(), [](const LinkUse& a, const LinkUse& b) { return a.use > b.use; });
  links.resize(std::min(links.size(), count));
  return links;
}

std::vector<LinkUse> link_uses(const MessageLog& messages, const Site& site, Picoseconds time) {
  const Topology& network = *site.machine().network;
  std::map<LinkId, Bytes> carried;
  std::vector<LinkId> route;
  for (const Message& message : messages) {
    network.route(site.mapping()[static_cast<std::size_t>(message.source)],
                  site.mapping()[static_cast<std::size_t>(message.destination)], route);
    for (const LinkId link : route) {
      carried[link] += message.bytes;
    }
  }
  std::vector<LinkUse> uses;
  for (const auto& [link, bytes] : carried) {
    const double room = network.link(link).bandwidth * seconds(time);
    uses.push_back({.link = link, .bytes = bytes, .use = room > 0 ? static_cast<double>(bytes) / room : 0});
  }
  return uses;
}

std::string name_of_link(const Topology& network, const LinkUse& use) {
  return use.link >= 0 ? link_name(network, use.link)
                       : fmt::format("NIC of {}, {}", network.vertex_name(use.nic), use.outwards ? "out" : "in");
}

std::vector<LinkLevel> link_levels(const std::vector<LinkUse>& links, const Topology& network) {
  std::map<std::string, LinkLevel> by_name;
  for (const LinkUse& use : links) {
    const std::string name = level_of_use(network, use);
    LinkLevel& level = by_name[name];
    level.name = name;
    ++level.links;
    level.bytes += use.bytes;
    level.mean_use += use.use;
    level.highest_use = std::max(level.highest_use, use.use);
  }
  std::vector<LinkLevel> levels;
  for (auto& [name, level] : by_name) {
    level.mean_use /= static_cast<double>(level.links);
    levels.push_back(level);
  }
  return levels;
}

void add_links(nlohmann::json& report, const std::vector<LinkLevel>& levels, const std::vector<LinkUse>& links,
               const Topology& network) {
  for (const LinkLevel& level : levels) {
    report["levels"].push_back({{"level", level.name},
                                {"links", level.links},
                                {"bytes", level.bytes},
                                {"mean_use", level.mean_use},
                                {"highest_use", level.highest_use}});
  }
  for (const LinkUse& use : hottest_links(links, kInReport)) {
    report["links"].push_back({{"link", name_of_link(network, use)}, {"bytes", use.bytes}, {"use", use.use}});
  }
}

void write_reports(const std::string& file, const std::vector<std::string>& reports) {
  write_whole_file(file, fmt::format("[\n{}\n]\n", fmt::join(reports, ",\n")));
}

Answers::Answers(const Arguments& arguments)
    : explains_(arguments.given("explain")),
      draws_(arguments.given("timeline")),
      is_sensitive_(arguments.given("sensitivity")),
      report_(arguments.text("report")),
      trace_(arguments.text("trace")) {
  if ((explains_ || draws_) && arguments.text("format") != "table") {
    throw Error(ErrorKind::kUsage, "--explain and --timeline print text beside a table; for --format " +
                                       arguments.text("format") + " take --report FILE or --trace FILE");
  }
  explains_ = explains_ || (is_sensitive_ && report_.empty());
}

void Answers::prepare(SimulationOptions& options) {
  operations_.clear();
  messages_.clear();
  order_ = options.order;
  options.operations = &operations_;
  options.log = options.model == CostModel::kFlow ? nullptr : &messages_;
  options.flow.rates = !trace_.empty();
}

void Answers::add(const AskedPoint& point, const SimulationReport& report, const Site& site,
                  const std::function<Picoseconds(const Machine&)>& time_on) {
  const Topology& network = *site.machine().network;
  const std::vector<LinkUse> links = report.flow ? report.flow->links : link_uses(messages_, site, report.time);
  std::vector<LinkLevel> levels = link_levels(links, network);
  if (is_sensitive_) {
    measure_sensitivity(levels, site, report.time, time_on);
  }
  if (explains_ || draws_) {
    texts_ += fmt::format("\n{}\n", point.name);
  }
  if (explains_) {
    texts_ += finish_line(report) + bounds_table(point, report, site);
    explain(levels, links, report, network);
  }
  if (draws_) {
    texts_ += timeline(operations_, report, kColumns);
  }
  if (!report_.empty()) {
    reports_.push_back(json(point.name, levels, links, report, network));
  }
  if (!trace_.empty()) {
    traces_.push_back(chrome_trace(operations_, report, site));
  }
}

/// By one hundredth less bandwidth on all links of a level: where several bind alike, more of one brings nothing, and
/// less of any costs.
void Answers::measure_sensitivity(std::vector<LinkLevel>& levels, const Site& site, Picoseconds time,
                                  const std::function<Picoseconds(const Machine&)>& time_on) const {
  constexpr double kLess = 0.01;
  for (LinkLevel& level : levels) {
    Machine machine = site.machine();
    std::vector<LinkFactor> factors;
    for (LinkId link = 0; link < machine.network->links(); ++link) {
      if (level_name(*machine.network, link) == level.name) {
        factors.push_back({link, 1 - kLess});
      }
    }
    if (!factors.empty() && time > 0) {
      machine.network = change_links(machine.network, factors);
      level.sensitivity = static_cast<double>(time_on(machine) - time) / static_cast<double>(time) / kLess;
    }
  }
}

std::vector<Answers::RoundTimes> Answers::rounds() const {
  std::map<std::int32_t, RoundTimes> by_number;
  for (const LoggedOperation& operation : operations_) {
    const auto [found, is_new] = by_number.try_emplace(operation.round);
    RoundTimes& round = found->second;
    round.round = operation.round;
    round.start = is_new ? operation.start : std::min(round.start, operation.start);
    round.end = std::max(round.end, operation.end);
    ++round.operations;
  }
  std::vector<RoundTimes> rounds;
  for (const auto& [number, round] : by_number) {
    rounds.push_back(round);
  }
  return rounds;
}

/// How far the time is from each reason why it cannot be shorter.
std::string Answers::bounds_table(const AskedPoint& point, const SimulationReport& report, const Site& site) {
  const LinkSharing sharing = report.flow ? LinkSharing::kShared : LinkSharing::kNone;
  const TimeBounds bounds = Bounds(site.machine(), site.facts(), site.mapping(), sharing).of(point.demand);
  std::vector<Record> table;
  for (const BoundKind kind : kAllBounds) {
    if (bounds[kind] > 0) {
      table.push_back({{"bound", std::string(ringwood::name_of(kind)) + (kind == bounds.binding() ? ", binds" : "")},
                       {"least", seconds(bounds[kind]), Unit::kSeconds},
                       {"time over it", seconds(report.time) / seconds(bounds[kind]), Unit::kFactor}});
    }
  }
  return to_table(table);
}

void Answers::explain(const std::vector<LinkLevel>& levels, const std::vector<LinkUse>& links,
                      const SimulationReport& report, const Topology& network) {
  std::vector<Record> table;
  for (const LinkLevel& level : levels) {
    table.push_back({{"links", level.name},
                     {"count", level.links},
                     {"bytes", level.bytes, Unit::kBytes},
                     {"mean use", level.mean_use, Unit::kRatio},
                     {"highest use", level.highest_use, Unit::kRatio}});
    if (is_sensitive_) {
      table.back().push_back({"time per bandwidth lost", level.sensitivity, Unit::kRatio});
    }
  }
  texts_ += to_table(table);
  table.clear();
  for (const LinkUse& use : hottest_links(links, kShown)) {
    table.push_back({{"hottest links", name_of_link(network, use)},
                     {"bytes", use.bytes, Unit::kBytes},
                     {"use", use.use, Unit::kRatio}});
  }
  texts_ += to_table(table);
  table.clear();
  const std::vector<RoundTimes> all = rounds();
  for (std::size_t i = 0; i < std::min(all.size(), kShown); ++i) {
    table.push_back({{"round", std::int64_t{all[i].round}},
                     {"first start", seconds(all[i].start), Unit::kSeconds},
                     {"last end", seconds(all[i].end), Unit::kSeconds},
                     {"operations", all[i].operations}});
  }
  texts_ += to_table(table);
  if (all.size() > kShown) {
    texts_ += fmt::format("and {} more rounds\n", all.size() - kShown);
  }
  texts_ += order_text(report, order_);
  const CriticalPath& path = report.critical_path;
  if (path.text.empty()) {
    texts_ += "critical path: told in posted order only\n";
    return;
  }
  texts_ += fmt::format(
      "critical path: latency {}, overhead {}, bandwidth {}, sharing {}, reduction {}, waiting {}, noise {}; "
      "{}\n",
      format_time(path.latency), format_time(path.overhead), format_time(path.bandwidth), format_time(path.sharing),
      format_time(path.reduction), format_time(path.waiting), format_time(path.noise), path.text);
  texts_ += path_table(steps_of(report), network);
}

std::string Answers::json(const std::string& name, const std::vector<LinkLevel>& levels,
                          const std::vector<LinkUse>& links, const SimulationReport& report,
                          const Topology& network) const {
  nlohmann::json json = {{"name", name}, {"time_s", seconds(report.time)}};
  json["order_sensitive"] = report.order_sensitive ? nlohmann::json(*report.order_sensitive) : nlohmann::json();
  for (const Picoseconds finish : report.finish) {
    json["finish_s"].push_back(seconds(finish));
  }
  add_links(json, levels, links, network);
  for (std::size_t i = 0; is_sensitive_ && i < levels.size(); ++i) {
    json["levels"][i]["time_per_bandwidth_lost"] = levels[i].sensitivity;
  }
  for (const RoundTimes& round : rounds()) {
    json["rounds"].push_back({{"round", round.round},
                              {"start_s", seconds(round.start)},
                              {"end_s", seconds(round.end)},
                              {"operations", round.operations}});
  }
  const CriticalPath& path = report.critical_path;
  json["critical_path"] = {{"latency_s", seconds(path.latency)},
                           {"overhead_s", seconds(path.overhead)},
                           {"bandwidth_s", seconds(path.bandwidth)},
                           {"sharing_s", seconds(path.sharing)},
                           {"reduction_s", seconds(path.reduction)},
                           {"waiting_s", seconds(path.waiting)},
                           {"noise_s", seconds(path.noise)},
                           {"messages", path.messages},
                           {"text", path.text}};
  for (const CriticalStep& step : steps_of(report)) {
    json["critical_path"]["steps"].push_back(json_of(step, network));
  }
  return json.dump();
}

void Answers::finish() {
  if (!texts_.empty()) {
    print(texts_);
  }
  if (!report_.empty()) {
    write_reports(report_, reports_);
  }
  if (!trace_.empty()) {
    if (traces_.size() != 1) {
      throw Error(ErrorKind::kUsage, fmt::format("--trace writes one simulation, and this would be {}: name one "
                                                 "algorithm, one size and one number of ranks",
                                                 traces_.size()));
    }
    write_whole_file(trace_, traces_.front());
  }
}

}  // namespace ringwood::cli
