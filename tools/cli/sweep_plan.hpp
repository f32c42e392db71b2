#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/cli/arguments.hpp"
#include "tools/cli/grid.hpp"

namespace ringwood::cli {

/// The exit code of a sweep whose `--time-budget` ended before its points: temporary failure, start me again
/// (sysexits.h).
inline constexpr int kOutOfTime = 75;

/// Which part of a sweep to do: `--shard 2/5`. 5/5 and 0/5 are the same one, as people count from 1 or from 0.
struct Shard {
  std::size_t index = 0;  ///< from 0
  std::size_t count = 1;
};

/// `--shard`, where "slurm" stands for the task of a job array; the whole if it is not given. Throws Error(kUsage).
[[nodiscard]] Shard shard_of(const Arguments& arguments);

/// Numbers of the groups that belong to a shard, where groups take so long each: the longest first, each to the shard
/// that has least to do (Graham 1969). Every group is in exactly one shard. Ascending.
[[nodiscard]] std::vector<std::size_t> members_of(const Shard& shard, const std::vector<double>& costs);

/// About how long each point's simulation takes, in seconds.
[[nodiscard]] std::vector<double> simulation_costs(const std::vector<GridPoint>& points,
                                                   const std::function<Schedule::Request(Rank)>& request);

/// `--time-budget`, from the moment that this is made.
class TimeBudget {
 public:
  /// Throws Error(kUsage).
  explicit TimeBudget(const Arguments& arguments);

  /// Whether there is no time for a step that takes as long as the longest one so far.
  [[nodiscard]] bool over(double longest_step_s) const;

  /// Seconds that are left, if there is a budget; may be negative.
  [[nodiscard]] std::optional<double> left_s() const;

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::optional<double> seconds_;
};

/// What `--dry-run` prints.
[[nodiscard]] std::string plan_text(std::size_t points, std::size_t finished, double seconds);

}  // namespace ringwood::cli
