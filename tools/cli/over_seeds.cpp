#include "tools/cli/over_seeds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>

#include "base/units.hpp"
#include "ringwood/error.hpp"

namespace ringwood::cli {

namespace {

constexpr std::int64_t kMostSeeds = 1'000'000;

/// Between the two order statistics around it.
[[nodiscard]] double quantile(const std::vector<double>& ascending, double share) {
  const double place = share * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  return ascending[below] + (place - static_cast<double>(below)) * (ascending[above] - ascending[below]);
}

void rescale(Record& record, std::string_view name, double factor) {
  const auto found = std::find_if(record.begin(), record.end(), [&](const Field& field) { return field.name == name; });
  if (found != record.end()) {
    if (auto* const number = std::get_if<double>(&found->value)) {
      *number *= factor;
    }
  }
}

}  // namespace

std::int64_t seeds_of(const Arguments& arguments) {
  if (!arguments.given("seeds")) {
    return 0;
  }
  const std::int64_t seeds = parse_integer(arguments.text("seeds"), {1, kMostSeeds}, "--seeds");
  constexpr std::array<std::string_view, 4> kChances{"arrival", "map", "background", "noise"};
  const bool any = std::any_of(kChances.begin(), kChances.end(), [&](std::string_view option) {
    return arguments.given(option) && (option == "noise" || arguments.text(option).starts_with("random"));
  });
  if (!any) {
    throw Error(ErrorKind::kUsage,
                "--seeds, and nothing is left to chance: give --arrival random:TIME, --map random or --background "
                "random:SHARE");
  }
  if (arguments.text("map").starts_with("random:")) {
    throw Error(ErrorKind::kUsage, fmt::format("--seeds with --map {}, which is one placement; accepted: --map random",
                                               arguments.text("map")));
  }
  return seeds;
}

std::vector<double> over_seeds(const Arguments& arguments, const std::function<double(const Arguments& seeded)>& time) {
  std::vector<double> times(static_cast<std::size_t>(seeds_of(arguments)));
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < times.size(); i = next++) {
        times[i] = time(arguments.with("seed", std::to_string(arguments.seed() + i)));
      }
    } catch (...) {
      next = times.size();
      const std::lock_guard lock(mutex);
      failure = failure ? failure : std::current_exception();
    }
  };
  const std::size_t threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, times.size());
  std::vector<std::thread> helpers;
  for (std::size_t i = 1; i < threads; ++i) {
    helpers.emplace_back(work);
  }
  work();
  for (std::thread& helper : helpers) {
    helper.join();
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
  std::sort(times.begin(), times.end());
  return times;
}

void add_distribution(Record& record, const std::vector<double>& ascending) {
  const double before = number_field(record, "time_s", 0);
  const double median = quantile(ascending, 0.5);
  if (before > 0 && median > 0) {
    rescale(record, "time_s", median / before);
    rescale(record, "efficiency", before / median);
    rescale(record, "algbw_Bps", before / median);
    rescale(record, "busbw_Bps", before / median);
  }
  const auto time_field =
      std::find_if(record.begin(), record.end(), [](const Field& field) { return field.name == "time_s"; });
  if (time_field != record.end()) {
    time_field->value = median;
  }
  record.push_back({"samples", static_cast<std::int64_t>(ascending.size())});
  record.push_back({"min_s", ascending.front(), Unit::kSeconds});
  record.push_back({"q05_s", quantile(ascending, 0.05), Unit::kSeconds, false});
  record.push_back({"q25_s", quantile(ascending, 0.25), Unit::kSeconds, false});
  record.push_back({"median_s", median, Unit::kSeconds, false});
  record.push_back({"q75_s", quantile(ascending, 0.75), Unit::kSeconds, false});
  record.push_back({"q95_s", quantile(ascending, 0.95), Unit::kSeconds});
  record.push_back({"max_s", ascending.back(), Unit::kSeconds});
}

}  // namespace ringwood::cli
