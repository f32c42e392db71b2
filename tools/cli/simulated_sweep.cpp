#include "tools/cli/simulated_sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "base/units.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/simulation.hpp"
#include "tools/cli/sweep_plan.hpp"
#include "tools/cli/sweep_results.hpp"

namespace ringwood::cli {

namespace {

// Seconds of a point from which on it pays to do several sizes in one pass, and how many: the first alone, then a pass.
// Of very long ones each is kept as soon as it is done.
constexpr double kWorthSharing = 0.03;
constexpr double kLongestShared = 2;
constexpr std::size_t kMostTogether = 9;

/// The points of a simulated sweep that belong to this shard, the longest first.
struct SimulatedPlan {
  std::vector<GridPoint> points;   // in the order of the grid
  std::vector<std::size_t> order;  // numbers of points, the longest first
  std::vector<double> costs;       // seconds, of each point
};

[[nodiscard]] SimulatedPlan planned(std::vector<GridPoint> all, std::vector<double> costs, const Shard& shard) {
  SimulatedPlan plan;
  for (const std::size_t index : members_of(shard, costs)) {
    plan.order.push_back(plan.points.size());
    plan.points.push_back(std::move(all[index]));
    plan.costs.push_back(costs[index]);
  }
  // Who takes a long one last keeps the others waiting.
  std::stable_sort(plan.order.begin(), plan.order.end(),
                   [&](std::size_t a, std::size_t b) { return plan.costs[a] > plan.costs[b]; });
  return plan;
}

/// Simulates on all threads of all ranks that are there; the first rank has the file.
class SimulatedSweep {
 public:
  SimulatedSweep(const SweepEntries& entries, const Arguments& arguments, Crew& crew)
      : arguments_(arguments), entries_(entries.all()), crew_(crew), budget_(arguments) {
    const Shard shard = shard_of(arguments);
    std::vector<GridPoint> all;
    std::vector<double> costs;
    const std::vector<Grid> grids = entries.grids();
    for (std::size_t entry = 0; entry < grids.size(); ++entry) {
      settings_.emplace_back(entries_[entry].arguments);
      std::vector<GridPoint> points = points_of(grids[entry], entry);
      const auto request = [&](Rank ranks) { return request_of(entry, ranks); };
      const std::vector<double> seconds = simulation_costs(points, request);
      costs.insert(costs.end(), seconds.begin(), seconds.end());
      std::move(points.begin(), points.end(), std::back_inserter(all));
    }
    plan_ = planned(std::move(all), std::move(costs), shard);
  }

  /// Returns the exit code.
  int run() {
    std::vector<char> finished(plan_.points.size());
    crew_.on_first([&] {
      results_.emplace(arguments_);
      finished = results_->finished_flags(plan_.points);
    });
    finished = crew_.shared(finished);
    for (const std::size_t index : plan_.order) {
      if (finished[index] == 0) {
        open_.push_back(index);
      }
    }
    if (arguments_.given("dry-run")) {
      crew_.on_first(
          [&] { print(plan_text(plan_.points.size(), plan_.points.size() - open_.size(), seconds_left())); });
      return 0;
    }
    crew_.on_first([&] { results_->tell_skipped(plan_.points.size() - open_.size(), plan_.points.size()); });
    share();
    std::vector<char> code{0};
    crew_.on_first([&] {
      results_->print_all(plan_.points, arguments_);
      code[0] = done_ < open_.size() ? static_cast<char>(out_of_time()) : 0;
    });
    return crew_.shared(code)[0];
  }

 private:
  [[nodiscard]] const Site& site(std::size_t entry, Rank ranks) {
    std::unique_ptr<Site>& site = sites_[{entry, ranks}];
    if (site == nullptr) {
      site = std::make_unique<Site>(entries_[entry].arguments, ranks);
    }
    return *site;
  }

  [[nodiscard]] Schedule::Request request_of(std::size_t entry, Rank ranks) {
    return site(entry, ranks).request(entries_[entry].arguments);
  }

  /// Those that no grid before had.
  [[nodiscard]] std::vector<GridPoint> points_of(const Grid& grid, std::size_t entry) {
    std::vector<GridPoint> points =
        grid.points(grid.ranks(), [&](Collective collective, Rank ranks, const Choice& choice) {
          return choice.kind == Choice::Kind::kSelected ||
                 schedule_if_able(choice, collective, request_of(entry, ranks), known_library()).has_value();
        });
    std::erase_if(points, [&](const GridPoint& point) { return !known_.insert(point.id).second; });
    for (GridPoint& point : points) {
      point.entry = entry;
    }
    return points;
  }

  /// Under a launcher, there is a rank for each core.
  [[nodiscard]] int threads() const {
    const auto asked = static_cast<int>(parse_integer(arguments_.text("threads"), {0, 4096}, "--threads"));
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    return asked > 0 ? asked : is_launched() ? 1 : cores;
  }

  [[nodiscard]] double seconds_left() const {
    const double all = std::accumulate(open_.begin(), open_.end(), 0.0,
                                       [&](double sum, std::size_t index) { return sum + plan_.costs[index]; });
    return all / threads();
  }

  /// The open points, the longest first; those that differ in size only and take long are done together, as far as that
  /// leaves every thread something to do.
  [[nodiscard]] std::vector<std::vector<std::size_t>> tasks_of_open() const {
    std::map<std::string, std::size_t> groups;
    std::vector<std::vector<std::size_t>> tasks;
    for (const std::size_t index : open_) {
      const GridPoint& point = plan_.points[index];
      const bool worth = point.choice.kind == Choice::Kind::kNamed && plan_.costs[index] > kWorthSharing &&
                         plan_.costs[index] < kLongestShared;
      if (!worth) {
        tasks.push_back({index});
        continue;
      }
      const auto [found, is_new] = groups.try_emplace(
          fmt::format("{} {} {} {}", point.entry, name_of(point.collective), point.ranks, to_string(point.choice)),
          tasks.size());
      if (!is_new && tasks[found->second].size() < kMostTogether) {
        tasks[found->second].push_back(index);
      } else {
        found->second = tasks.size();
        tasks.push_back({index});
      }
    }
    if (tasks.size() >= static_cast<std::size_t>(threads())) {
      return tasks;
    }
    tasks.clear();
    for (const std::size_t index : open_) {
      tasks.push_back({index});
    }
    return tasks;
  }

  /// The records of points, a line each.
  [[nodiscard]] std::string simulated(const std::vector<std::size_t>& indices) const {
    const GridPoint& first = plan_.points[indices.front()];
    const Simulator simulator(*sites_.at({first.entry, first.ranks}), entries_[first.entry].arguments,
                              settings_[first.entry]);
    if (indices.size() == 1) {
      return to_json(simulator.record({first.collective, first.choice, first.bytes}).value()) + "\n";
    }
    std::vector<SimulationPoint> points;
    for (const std::size_t index : indices) {
      points.push_back({first.collective, first.choice, plan_.points[index].bytes});
    }
    std::string text;
    for (const Record& record : simulator.records(points)) {
      text += to_json(record) + "\n";
    }
    return text;
  }

  void share() {
    Progress progress("ringwood sweep", open_.size(), crew_.first() && !arguments_.given("quiet"));
    const std::vector<std::vector<std::size_t>> tasks = tasks_of_open();
    std::atomic<double> longest_s = 0;
    const SharedWork work{.count = tasks.size(),
                          .work =
                              [&](std::size_t index) {
                                const auto start = std::chrono::steady_clock::now();
                                std::string text = simulated(tasks[index]);
                                const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
                                longest_s = std::max(longest_s.load(), spent.count());
                                return text;
                              },
                          .done =
                              [&](std::size_t index, const std::string& result) {
                                std::string_view rest = result;
                                for (const std::size_t point : tasks[index]) {
                                  results_->add(plan_.points[point],
                                                record_from_json(std::string(rest.substr(0, rest.find('\n')))));
                                  rest.remove_prefix(rest.find('\n') + 1);
                                  ++done_;
                                  progress.step();
                                }
                              },
                          .enough = [&] { return budget_.over(longest_s); }};
    crew_.share(work, threads());
    progress.end();
  }

  [[nodiscard]] int out_of_time() const {
    if (!arguments_.given("quiet")) {
      remark(fmt::format("ringwood sweep: out of time with {} of {} points to do; start it again to go on",
                         open_.size() - done_, plan_.points.size()));
    }
    return kOutOfTime;
  }

  const Arguments& arguments_;
  const std::vector<SweepEntry>& entries_;
  Crew& crew_;
  TimeBudget budget_;
  std::vector<SimulationSettings> settings_;                             // of each grid
  std::map<std::pair<std::size_t, Rank>, std::unique_ptr<Site>> sites_;  // of each grid and number of ranks
  std::set<std::string> known_;                                          // ids
  SimulatedPlan plan_;
  std::vector<std::size_t> open_;        // numbers of points to be done, in this order
  std::optional<SweepResults> results_;  // on the first rank
  std::size_t done_ = 0;                 // on the first rank
};

}  // namespace

int simulate_sweep(const SweepEntries& entries, const Arguments& arguments, Crew& crew) {
  return SimulatedSweep(entries, arguments, crew).run();
}

}  // namespace ringwood::cli
