#include "tools/cli/chrome_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "tools/cli/answers.hpp"
#include "tools/cli/link_names.hpp"

namespace ringwood::cli {

namespace {

constexpr std::size_t kLinksShown = 64;
constexpr int kRanksProcess = 0;
constexpr int kLinksProcess = 1;

/// Microseconds, to the picosecond.
[[nodiscard]] std::string microseconds(Picoseconds time) {
  return fmt::format("{}.{:06}", time / 1'000'000, time % 1'000'000);
}

class TraceWriter {
 public:
  TraceWriter(const SimulationReport& report, const Site& site) : report_(report), site_(site) {}

  [[nodiscard]] std::string text(const OperationLog& operations) {
    text_ = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
    name_process(kRanksProcess, "ranks");
    for (const LoggedOperation& operation : operations) {
      add_operation(operation);
    }
    if (report_.flow && !report_.flow->rates.empty()) {
      name_process(kLinksProcess, "hottest links");
      add_links();
    }
    text_ += "\n]}\n";
    return std::move(text_);
  }

 private:
  void add(std::string_view event) {
    text_ += is_first_ ? "" : ",\n";
    is_first_ = false;
    text_ += event;
  }

  void name_process(int process, std::string_view name) {
    add(fmt::format(R"({{"ph":"M","pid":{},"name":"process_name","args":{{"name":"{}"}}}})", process, name));
  }

  void add_operation(const LoggedOperation& operation) {
    static constexpr std::string_view kNames[] = {"send to ", "receive from ", "reduce"};
    const std::string_view name = kNames[static_cast<std::size_t>(operation.kind)];
    add(fmt::format(
        R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"name":"{}{}","args":{{"round":{},"lane":{},"bytes":{}}}}})",
        kRanksProcess, operation.rank, microseconds(operation.start), microseconds(operation.end - operation.start),
        name, operation.peer < 0 ? "" : std::to_string(operation.peer), operation.round, operation.lane,
        operation.bytes));
  }

  void add_links() {
    const Topology& network = *site_.machine().network;
    for (const LinkUse& use : hottest_links(report_.flow->links, kLinksShown)) {
      if (use.link >= 0) {
        shown_[use.link] = 0;
      }
    }
    std::vector<LinkId> route;
    std::map<LinkId, double> changed;
    std::vector<double> rates(report_.flow->flows.size());
    const std::vector<RateChange>& changes = report_.flow->rates;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto flow = static_cast<std::size_t>(changes[i].flow);
      const FlowEnds& ends = report_.flow->flows[flow];
      network.route(site_.mapping()[static_cast<std::size_t>(ends.source)],
                    site_.mapping()[static_cast<std::size_t>(ends.destination)], route);
      for (const LinkId link : route) {
        if (const auto found = shown_.find(link); found != shown_.end()) {
          found->second += changes[i].rate - rates[flow];
          changed[link] = found->second;
        }
      }
      rates[flow] = changes[i].rate;
      if (i + 1 == changes.size() || changes[i + 1].time != changes[i].time) {
        for (const auto& [link, used] : changed) {
          add_use(changes[i].time, link, used);
        }
        changed.clear();
      }
    }
  }

  void add_use(Picoseconds time, LinkId link, double used) {
    const Topology& network = *site_.machine().network;
    const double capacity = network.link(link).bandwidth / static_cast<double>(kPicosecondsPerSecond);
    add(fmt::format(R"({{"ph":"C","pid":{},"ts":{},"name":"{}","args":{{"percent":{:.2f}}}}})", kLinksProcess,
                    microseconds(time), link_name(network, link), std::max(0.0, 100 * used / capacity)));
  }

  const SimulationReport& report_;
  const Site& site_;
  std::string text_;
  bool is_first_ = true;
  std::unordered_map<LinkId, double> shown_;  // what is used of each, in bytes per picosecond
};

}  // namespace

std::string chrome_trace(const OperationLog& operations, const SimulationReport& report, const Site& site) {
  return TraceWriter(report, site).text(operations);
}

}  // namespace ringwood::cli
