#include "tools/cli/measured_sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "ringwood/error.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/real_records.hpp"
#include "tools/cli/sweep_plan.hpp"
#include "tools/cli/sweep_results.hpp"

namespace ringwood::cli {

namespace {

/// The algorithms of one collective and size, which are measured in turn.
struct Group {
  RealPoint point;
  std::vector<const GridPoint*> members;
};

/// Groups of this shard, with the members that are not finished.
[[nodiscard]] std::vector<Group> groups_of(const std::vector<GridPoint>& points, const Shard& shard) {
  std::vector<Group> groups;
  for (const GridPoint& point : points) {
    const bool same = !groups.empty() && groups.back().point.collective == point.collective &&
                      groups.back().point.bytes == point.bytes && groups.back().members.front()->entry == point.entry;
    if (!same) {
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
  MeasuredSweep(const SweepEntries& entries, const Arguments& arguments, RealWorld& world)
      : arguments_(arguments), budget_(arguments), world_(world) {
    const Shard shard = shard_of(arguments);
    const std::vector<Grid> grids = entries.grids();
    std::vector<GridPoint> all;
    for (std::size_t entry = 0; entry < grids.size(); ++entry) {
      const SweepEntry& one = entries.all()[entry];
      budgets_.push_back(MeasuringOptions(one.arguments).task.budget_s);
      if (!entries.from_plan()) {
        grids[entry].check_real_ranks(world.ranks());
      }
      // Which of a plan's grids have this number of ranks.
      real_.push_back(grids[entry].is_for(world.ranks()) ? std::make_unique<RealRecords>(world, one.arguments)
                                                         : nullptr);
      for (GridPoint& point : points_of(grids[entry], entry)) {
        all.push_back(std::move(point));
      }
    }
    check_any(entries);
    all = each_point_once(std::move(all));
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
      begin(finished);
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
  void check_any(const SweepEntries& entries) const {
    if (std::all_of(real_.begin(), real_.end(), [](const auto& one) { return one == nullptr; })) {
      throw Error(ErrorKind::kUsage, fmt::format("no grid of the plan is for {} ranks; accepted: {}", world_.ranks(),
                                                 fmt::join(entries.ranks(), ", ")));
    }
  }

  [[nodiscard]] std::vector<GridPoint> points_of(const Grid& grid, std::size_t entry) const {
    RealRecords* const real = real_[entry].get();
    if (real == nullptr) {
      return {};
    }
    std::vector<GridPoint> points = grid.points(
        {world_.ranks()},
        [&](Collective collective, Rank, const Choice& choice) { return !real->able(collective, {choice}).empty(); },
        [&](Collective collective, Bytes bytes, const Choice& choice) {
          return real->choices_at(collective, bytes, {choice});
        });
    for (GridPoint& point : points) {
      point.entry = entry;
    }
    return points;
  }

  void begin(const std::vector<char>& finished) {
    const auto skipped = static_cast<std::size_t>(std::count(finished.begin(), finished.end(), 1));
    if (arguments_.given("dry-run")) {
      double seconds = 0;
      for (std::size_t i = 0; i < points_.size(); ++i) {
        seconds += finished[i] == 0 ? budgets_[points_[i].entry] : 0;
      }
      print(plan_text(points_.size(), skipped, seconds));
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
      const std::vector<Record> records = real_[group.members.front()->entry]->measure(group.point);
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
  TimeBudget budget_;
  RealWorld& world_;
  std::vector<std::unique_ptr<RealRecords>> real_;  // of each grid; none where it is for other numbers of ranks
  std::vector<double> budgets_;                     // seconds, for each algorithm of a grid
  std::vector<GridPoint> points_;                   // of this shard; those of a group follow each other
  std::optional<SweepResults> results_;             // on the first rank
};

}  // namespace

int measure_sweep(const SweepEntries& entries, const Arguments& arguments, RealWorld& world) {
  return MeasuredSweep(entries, arguments, world).run();
}

}  // namespace ringwood::cli
