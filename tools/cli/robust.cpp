#include "tools/cli/robust.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/percent.hpp"

namespace ringwood::cli {

namespace {

// Enough to tell a sure choice from a gamble; each is a simulation of every candidate.
constexpr std::size_t kCandidates = 6;
constexpr int kOffParameters = 8;
constexpr int kPlacements = 4;

/// A network whose latencies and bandwidths are off by a factor each.
class ScaledTopology final : public Topology {
 public:
  ScaledTopology(std::shared_ptr<const Topology> inner, double latency, double bandwidth)
      : inner_(std::move(inner)), latency_(latency), bandwidth_(bandwidth) {}

  [[nodiscard]] Host hosts() const override { return inner_->hosts(); }

  [[nodiscard]] Vertex vertices() const override { return inner_->vertices(); }

  [[nodiscard]] LinkId links() const override { return inner_->links(); }

  [[nodiscard]] Link link(LinkId id) const override {
    Link link = inner_->link(id);
    link.bandwidth *= bandwidth_;
    link.latency = scaled(link.latency);
    return link;
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override { inner_->route(from, to, route); }

  [[nodiscard]] std::int32_t choices() const override { return inner_->choices(); }

  void choose_route(Host from, Host to, std::int32_t choice, std::vector<LinkId>& route) const override {
    inner_->choose_route(from, to, choice, route);
  }

  [[nodiscard]] Path path(Host from, Host to) const override {
    Path path = inner_->path(from, to);
    path.latency = scaled(path.latency);
    path.bandwidth *= bandwidth_;
    return path;
  }

  [[nodiscard]] bool is_uniform() const override { return inner_->is_uniform(); }

  [[nodiscard]] std::vector<std::string> group_levels() const override { return inner_->group_levels(); }

  [[nodiscard]] std::int64_t group_of(std::size_t level, Host host) const override {
    return inner_->group_of(level, host);
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override { return inner_->vertex_name(vertex); }

 private:
  [[nodiscard]] Picoseconds scaled(Picoseconds time) const {
    return static_cast<Picoseconds>(std::llround(static_cast<double>(time) * latency_));
  }

  std::shared_ptr<const Topology> inner_;
  double latency_;
  double bandwidth_;
};

void scale(Picoseconds& time, double factor) {
  time = static_cast<Picoseconds>(std::llround(static_cast<double>(time) * factor));
}

void scale(TimePerByte& time, double factor) {
  time.scaled = static_cast<std::uint64_t>(std::llround(static_cast<double>(time.scaled) * factor));
}

/// A factor between 1 - spread and 1 + spread, the same on every system.
[[nodiscard]] double factor_of(std::mt19937_64& random, double spread) {
  const double unit = std::ldexp(static_cast<double>(random() >> 11U), -53);
  return 1 + spread * (2 * unit - 1);
}

[[nodiscard]] Machine off_by(Machine machine, std::mt19937_64& random, double spread) {
  const double latency = factor_of(random, spread);
  const double bandwidth = factor_of(random, spread);
  const double overhead = factor_of(random, spread);
  const double gap = factor_of(random, spread);
  machine.network = std::make_shared<const ScaledTopology>(machine.network, latency, bandwidth);
  for (LogGops* costs : {&machine.inside_host, &machine.between_hosts}) {
    scale(costs->L, latency);
    scale(costs->G, 1 / bandwidth);
    scale(costs->o, overhead);
    scale(costs->g, gap);
    scale(costs->O, overhead);
  }
  const double reduction = factor_of(random, spread);
  scale(machine.gamma.cached, reduction);
  scale(machine.gamma.memory, reduction);
  return machine;
}

/// One thing that may be the case: a machine, and where the ranks are.
struct Scenario {
  Machine machine;
  Mapping mapping;
};

[[nodiscard]] std::vector<Scenario> scenarios_of(const Site& site, const Arguments& arguments) {
  std::mt19937_64 random(arguments.seed());
  const double spread = fraction_of(arguments.text("robust"), 0, 90, "--robust");
  std::vector<Scenario> scenarios{{site.machine(), site.mapping()}};
  for (int i = 0; i < kOffParameters; ++i) {
    scenarios.push_back({off_by(site.machine(), random, spread), site.mapping()});
  }
  for (int i = 0; i < kPlacements; ++i) {
    const std::string map = fmt::format("random:{}", random() >> 32U);
    scenarios.push_back({site.machine(), make_mapping(map, site.machine(), static_cast<Rank>(site.mapping().size()))});
  }
  return scenarios;
}

/// Seconds of one candidate in one scenario.
[[nodiscard]] double seconds_in(const Scenario& scenario, const SelectionQuestion& question,
                                const std::string& algorithm, const SimulationOptions& options) {
  const Placement placement = placement_of(scenario.machine, scenario.mapping);
  Schedule::Request request = question.request;
  request.placement = &placement;
  const Schedule schedule(known_library(), question.collective, parse_expression(algorithm), request);
  const Layout layout = equal_layout(schedule, question.elements, question.element_size);
  return seconds(simulate(schedule, layout, scenario.machine, scenario.mapping, options).time);
}

struct Regret {
  std::string algorithm;
  std::vector<double> seconds;  // by scenario
  double worst = 1;
  double mean = 1;
};

void fill_regrets(std::vector<Regret>& all, std::size_t scenarios) {
  for (std::size_t i = 0; i < scenarios; ++i) {
    double best = all.front().seconds[i];
    for (const Regret& one : all) {
      best = std::min(best, one.seconds[i]);
    }
    for (Regret& one : all) {
      const double ratio = best > 0 ? one.seconds[i] / best : 1;
      one.worst = std::max(one.worst, ratio);
      one.mean += (ratio - 1) / static_cast<double>(scenarios);
    }
  }
}

}  // namespace

std::vector<Record> robust_records(const ModelChoice& model, const Site& site, const Arguments& arguments,
                                   const RobustPoint& point, const std::vector<ModelOption>& options) {
  const SimulationSettings settings(arguments);
  const SelectionQuestion question = model.question(point.collective, point.bytes);
  const std::vector<Scenario> scenarios = scenarios_of(site, arguments);
  std::vector<Regret> all;
  for (const ModelOption& option : options) {
    if (!option.predicted() || all.size() == kCandidates) {
      break;
    }
    all.push_back({.algorithm = option.algorithm, .seconds = {}});
    for (const Scenario& scenario : scenarios) {
      all.back().seconds.push_back(seconds_in(scenario, question, option.algorithm, settings.options));
    }
  }
  if (all.empty()) {
    throw Error(ErrorKind::kUsage, "there is no candidate small enough to be simulated for --robust");
  }
  fill_regrets(all, scenarios.size());
  std::stable_sort(all.begin(), all.end(), [](const Regret& a, const Regret& b) { return a.worst < b.worst; });
  std::vector<Record> records;
  for (const Regret& one : all) {
    records.push_back({{"collective", std::string(name_of(point.collective))},
                       {"ranks", static_cast<std::int64_t>(site.mapping().size())},
                       {"bytes", point.bytes, Unit::kBytes},
                       {"algorithm", one.algorithm},
                       {"chosen", records.empty()},
                       {"time_s", one.seconds.front(), Unit::kSeconds},
                       {"worst_factor", one.worst, Unit::kFactor},
                       {"mean_factor", one.mean, Unit::kFactor},
                       {"scenarios", static_cast<std::int64_t>(scenarios.size())}});
  }
  return records;
}

}  // namespace ringwood::cli
