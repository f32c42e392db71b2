#include "tools/cli/sweep_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/effort.hpp"

namespace ringwood::cli {

namespace {

// Of a usual computer: they decide who does what, and what --dry-run says, not more.
constexpr double kSecondsPerPoint = 2e-4;
constexpr double kSecondsPerMessage = 4e-7;
constexpr std::int64_t kMessagesCounted = 100'000'000;

// What is selected has to be found among all algorithms first.
constexpr double kSelectionCost = 30;

constexpr std::int64_t kMostShards = 1'000'000;

[[nodiscard]] std::int64_t slurm_number(const char* name) {
  const char* const text = std::getenv(name);
  if (text == nullptr) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--shard slurm needs the variable {} of a job array (sbatch --array); accepted elsewhere: "
                            "--shard 1/4",
                            name));
  }
  return parse_integer(text, {0, INT64_MAX}, name);
}

/// Also "90min" and "12h", as the limits of jobs are.
[[nodiscard]] double parse_long_time(const std::string& text) {
  for (const auto& [unit, seconds] : {std::pair<std::string_view, double>{"min", 60}, {"h", 3600}}) {
    if (text.ends_with(unit) && text.size() > unit.size()) {
      const std::string number = text.substr(0, text.size() - unit.size());
      return seconds * static_cast<double>(parse_integer(number, {0, 1'000'000}, "--time-budget"));
    }
  }
  return static_cast<double>(parse_time(text, "--time-budget")) / static_cast<double>(kPicosecondsPerSecond);
}

}  // namespace

Shard shard_of(const Arguments& arguments) {
  if (!arguments.given("shard")) {
    return {};
  }
  const std::string text = arguments.text("shard");
  if (text == "slurm") {
    const std::int64_t count = slurm_number("SLURM_ARRAY_TASK_COUNT");
    const std::int64_t index = slurm_number("SLURM_ARRAY_TASK_ID") - slurm_number("SLURM_ARRAY_TASK_MIN");
    const std::int64_t step =
        std::getenv("SLURM_ARRAY_TASK_STEP") == nullptr ? 1 : slurm_number("SLURM_ARRAY_TASK_STEP");
    return {static_cast<std::size_t>(index / std::max<std::int64_t>(step, 1)), static_cast<std::size_t>(count)};
  }
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--shard '{}' is no part of a whole; accepted: i/n such as 1/4, or slurm", text));
  }
  const std::int64_t count = parse_integer(text.substr(slash + 1), {1, kMostShards}, "--shard");
  const std::int64_t index = parse_integer(text.substr(0, slash), {0, count}, "--shard");
  return {static_cast<std::size_t>(index % count), static_cast<std::size_t>(count)};
}

std::vector<std::size_t> members_of(const Shard& shard, const std::vector<double>& costs) {
  std::vector<std::size_t> order(costs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
  std::vector<double> load(shard.count);
  std::vector<std::size_t> members;
  for (const std::size_t one : order) {
    const auto least = std::min_element(load.begin(), load.end());
    *least += costs[one];
    if (static_cast<std::size_t>(least - load.begin()) == shard.index) {
      members.push_back(one);
    }
  }
  std::sort(members.begin(), members.end());
  return members;
}

std::vector<double> simulation_costs(const std::vector<GridPoint>& points,
                                     const std::function<Schedule::Request(Rank)>& request) {
  // Sizes do not matter, as they do not change what is sent to whom.
  std::map<std::string, double> known;
  std::vector<double> costs;
  for (const GridPoint& point : points) {
    const bool named = point.choice.kind == Choice::Kind::kNamed;
    const std::string key = fmt::format("{} {} {}", name_of(point.collective), point.ranks,
                                        named ? to_string(point.choice.expression) : std::string("selected"));
    const auto [found, is_new] = known.try_emplace(key, 0.0);
    if (is_new) {
      const auto schedule =
          named ? schedule_if_able(point.choice, point.collective, request(point.ranks), known_library())
                : std::nullopt;
      const double messages = schedule ? static_cast<double>(effort_of(*schedule, kMessagesCounted).messages)
                                       : kSelectionCost * point.ranks * std::log2(point.ranks + 1);
      found->second = kSecondsPerPoint + messages * kSecondsPerMessage;
    }
    costs.push_back(found->second);
  }
  return costs;
}

TimeBudget::TimeBudget(const Arguments& arguments) {
  if (arguments.given("time-budget")) {
    seconds_ = parse_long_time(arguments.text("time-budget"));
  }
}

bool TimeBudget::over(double longest_step_s) const {
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
  return seconds_ && spent.count() + longest_step_s >= *seconds_;
}

std::optional<double> TimeBudget::left_s() const {
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
  return seconds_ ? std::optional<double>(*seconds_ - spent.count()) : std::nullopt;
}

std::string plan_text(std::size_t points, std::size_t finished, double seconds) {
  std::string text = fmt::format("{} points, {} finished already, {} to do", points, finished, points - finished);
  if (seconds >= 1) {
    text += fmt::format("; about {:.0f} s", seconds);
  }
  return text + "\n";
}

}  // namespace ringwood::cli
