// ringwood sweep: a grid of collectives, algorithms, ranks and sizes, measured or simulated; it can be resumed.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <numeric>
#include <optional>
#include <thread>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/crew.hpp"
#include "tools/cli/grid.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/real_records.hpp"
#include "tools/cli/simulation.hpp"
#include "tools/cli/sweep_plan.hpp"
#include "tools/cli/sweep_results.hpp"
#include "tools/cli/tables.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "algorithm", .fallback = "all"},
    {.name = "ranks"},
    {.name = "sizes", .fallback = "8..4MiB*8"},
    {.name = "simulate"},
    {.name = "machine"},
    {.name = "map", .fallback = "block"},
    {.name = "model", .fallback = "loggops"},
    {.name = "loggops"},
    {.name = "gamma"},
    {.name = "loggops-form", .fallback = "textbook"},
    {.name = "type", .fallback = "float"},
    {.name = "op", .fallback = "sum"},
    {.name = "root", .fallback = "0"},
    {.name = "budget", .fallback = "1s"},
    {.name = "seed", .fallback = "1"},
    {.name = "threads", .fallback = "0"},
    {.name = "shard"},
    {.name = "time-budget"},
    {.name = "output"},
    {.name = "dry-run"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv, osu, nccl, imb"},
    {.name = "quiet"},
};

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
  SimulatedSweep(const Arguments& arguments, Crew& crew)
      : arguments_(arguments), crew_(crew), settings_(arguments), budget_(arguments) {
    const Shard shard = shard_of(arguments);
    const Grid grid(arguments);
    for (const Rank ranks : grid.ranks()) {
      sites_.emplace(ranks, std::make_unique<Site>(arguments, ranks));
    }
    const auto request = [this](Rank ranks) { return sites_.at(ranks)->request(arguments_); };
    std::vector<GridPoint> all =
        grid.points(grid.ranks(), [&](Collective collective, Rank ranks, const Choice& choice) {
          return choice.kind == Choice::Kind::kSelected ||
                 schedule_if_able(choice, collective, request(ranks), known_library()).has_value();
        });
    std::vector<double> costs = simulation_costs(all, request);
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

  void share() {
    Progress progress("ringwood sweep", open_.size(), crew_.first() && !arguments_.given("quiet"));
    std::atomic<double> longest_s = 0;
    const SharedWork work{
        .count = open_.size(),
        .work =
            [&](std::size_t index) {
              const auto start = std::chrono::steady_clock::now();
              const GridPoint& point = plan_.points[open_[index]];
              const Simulator simulator(*sites_.at(point.ranks), arguments_, settings_);
              std::string text = to_json(simulator.record({point.collective, point.choice, point.bytes}).value());
              const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
              longest_s = std::max(longest_s.load(), spent.count());
              return text;
            },
        .done =
            [&](std::size_t index, const std::string& result) {
              results_->add(plan_.points[open_[index]], record_from_json(result));
              ++done_;
              progress.step();
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
  Crew& crew_;
  SimulationSettings settings_;
  TimeBudget budget_;
  std::map<Rank, std::unique_ptr<Site>> sites_;
  SimulatedPlan plan_;
  std::vector<std::size_t> open_;        // numbers of points to be done, in this order
  std::optional<SweepResults> results_;  // on the first rank
  std::size_t done_ = 0;                 // on the first rank
};

/// The algorithms of one collective and size, which are measured in turn.
struct Group {
  RealPoint point;
  std::vector<const GridPoint*> members;
};

/// Groups of this shard, with the members that are not finished.
[[nodiscard]] std::vector<Group> groups_of(const std::vector<GridPoint>& points, const Shard& shard) {
  std::vector<Group> groups;
  for (const GridPoint& point : points) {
    if (groups.empty() || groups.back().point.collective != point.collective ||
        groups.back().point.bytes != point.bytes) {
      groups.push_back({{point.collective, point.bytes, {}}, {}});
    }
    groups.back().members.push_back(&point);
  }
  std::vector<double> costs;
  for (const Group& group : groups) {
    costs.push_back(static_cast<double>(group.members.size()));
  }
  std::vector<Group> mine;
  for (const std::size_t index : members_of(shard, costs)) {
    mine.push_back(std::move(groups[index]));
  }
  return mine;
}

/// Measures the points of this shard, on all ranks at once.
class MeasuredSweep {
 public:
  MeasuredSweep(const Arguments& arguments, RealWorld& world)
      : arguments_(arguments), options_(arguments), budget_(arguments), world_(world), real_(world, arguments) {
    const Shard shard = shard_of(arguments);
    const Grid grid(arguments);
    grid.check_real_ranks(world.ranks());
    const std::vector<GridPoint> all = grid.points(
        {world.ranks()},
        [&](Collective collective, Rank, const Choice& choice) { return !real_.able(collective, {choice}).empty(); });
    for (const Group& group : groups_of(all, shard)) {
      for (const GridPoint* const point : group.members) {
        points_.push_back(*point);
      }
    }
  }

  /// Returns the exit code.
  int run() {
    // Only the first rank has the file; what it knows is shared.
    std::vector<char> finished(points_.size());
    world_.on_first([&] {
      results_.emplace(arguments_);
      finished = results_->finished_flags(points_);
      begin(static_cast<std::size_t>(std::count(finished.begin(), finished.end(), 1)));
    });
    if (arguments_.given("dry-run")) {
      return 0;
    }
    const bool all_done = measure(open_groups(world_.shared(finished)));
    std::vector<char> code{0};
    world_.on_first([&] {
      code[0] = results_->print_all(points_, arguments_) ? 0 : 1;
      if (!all_done && code[0] == 0) {
        code[0] = static_cast<char>(kOutOfTime);
      }
    });
    return world_.shared(code)[0];
  }

 private:
  void begin(std::size_t skipped) {
    if (arguments_.given("dry-run")) {
      print(plan_text(points_.size(), skipped, static_cast<double>(points_.size() - skipped) * options_.task.budget_s));
      return;
    }
    results_->tell_skipped(skipped, points_.size());
    if (!arguments_.given("quiet") && !world_.doubts().empty()) {
      remark("ringwood sweep: " + world_.doubts());
    }
  }

  [[nodiscard]] std::vector<Group> open_groups(const std::vector<char>& finished) const {
    std::vector<Group> open;
    std::size_t index = 0;
    for (Group& group : groups_of(points_, {})) {
      Group rest{group.point, {}};
      for (const GridPoint* const point : group.members) {
        if (finished[index++] == 0) {
          rest.members.push_back(point);
          rest.point.choices.push_back(point->choice);
        }
      }
      if (!rest.members.empty()) {
        open.push_back(std::move(rest));
      }
    }
    return open;
  }

  /// Returns whether there was time for all.
  bool measure(const std::vector<Group>& groups) {
    Progress progress("ringwood sweep", groups.size(), world_.first() && !arguments_.given("quiet"));
    double longest_s = 0;
    for (const Group& group : groups) {
      if (world_.shared({static_cast<char>(budget_.over(longest_s) ? 1 : 0)})[0] != 0) {
        return false;
      }
      const auto start = std::chrono::steady_clock::now();
      const std::vector<Record> records = real_.measure(group.point);
      world_.on_first([&] {
        for (std::size_t i = 0; i < records.size(); ++i) {
          results_->add(*group.members[i], records[i]);
        }
      });
      progress.step();
      longest_s = std::max(longest_s, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    progress.end();
    return true;
  }

  const Arguments& arguments_;
  MeasuringOptions options_;
  TimeBudget budget_;
  RealWorld& world_;
  RealRecords real_;
  std::vector<GridPoint> points_;        // of this shard; those of a group follow each other
  std::optional<SweepResults> results_;  // on the first rank
};

int run(const Arguments& arguments) {
  (void)arguments.one_of("format", result_formats());
  if (is_launched() && !arguments.given("simulate")) {
    const MeasuringOptions check_before_start(arguments);
    const Grid check_too(arguments);
    const std::unique_ptr<RealWorld> world = start_real_world();
    return MeasuredSweep(arguments, *world).run();
  }
  const SimulationSettings check_before_start(arguments);
  const std::unique_ptr<Crew> crew = start_crew();
  return SimulatedSweep(arguments, *crew).run();
}

}  // namespace

constinit const Command sweep_command{
    .name = "sweep",
    .operands = "COLLECTIVE...",
    .brief = "a grid of collectives, algorithms, sizes and ranks, measured (under mpirun) or simulated",
    .details =
        "With --output, every finished point is appended to the file at once, and points that are there\n"
        "are not done again: an interrupted sweep goes on where it stopped. --shard i/n does one of n\n"
        "parts, for job arrays; `ringwood merge` joins their files. When --time-budget ends, so does the\n"
        "sweep, with exit code 75, to be started again. Simulations use all cores, or with mpirun and\n"
        "--simulate all ranks. --quiet keeps progress and remarks away; the table goes to standard output.",
    .operands_min = 1,
    .operands_max = kAllCollectives.size(),
    .options = kOptions,
    .examples = {"ringwood sweep allreduce allgather --ranks 4..64 --sizes 1KiB..1MiB*32",
                 "ringwood sweep allreduce --algorithm 'ring;rabenseifner' --ranks 8 --format csv",
                 "mpirun -n 2 ringwood sweep allreduce --algorithm 'all;native' --output measured.jsonl"},
    .run = run,
    .over_ranks = true,
};

}  // namespace ringwood::cli
