#include "tools/cli/probe_passes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ringwood::cli {

namespace {

// Passes that are this much (of a natural logarithm) beside the closest half are still like it.
constexpr double kAlike = 0.1;

/// Logarithms of how much longer each pass took than usual.
[[nodiscard]] std::vector<double> slowness_of(const std::vector<std::vector<double>>& times) {
  std::vector<double> usual;
  usual.reserve(times.size());
  for (const std::vector<double>& series : times) {
    usual.push_back(median_of(series));
  }
  std::vector<double> result;
  for (std::size_t pass = 0; pass < times.front().size(); ++pass) {
    std::vector<double> ratios;
    for (std::size_t series = 0; series < times.size(); ++series) {
      ratios.push_back(std::log(times[series][pass] / usual[series]));
    }
    result.push_back(median_of(std::move(ratios)));
  }
  return result;
}

}  // namespace

double median_of(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<std::size_t> alike_passes(const std::vector<std::vector<double>>& times) {
  const std::size_t passes = times.empty() ? 0 : times.front().size();
  std::vector<std::size_t> order(passes);
  std::iota(order.begin(), order.end(), 0);
  if (passes < 2) {
    return order;
  }
  const std::vector<double> slowness = slowness_of(times);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return slowness[a] < slowness[b]; });
  const std::size_t half = passes / 2;  // so many steps from the first to the last of the closest half
  const auto width = [&](std::size_t first) { return slowness[order[first + half]] - slowness[order[first]]; };
  std::size_t first = 0;
  for (std::size_t other = 1; other + half < passes; ++other) {
    first = width(other) < width(first) ? other : first;
  }
  const double least = slowness[order[first]] - kAlike;
  const double most = slowness[order[first + half]] + kAlike;
  std::vector<std::size_t> alike;
  for (std::size_t pass = 0; pass < passes; ++pass) {
    if (slowness[pass] >= least && slowness[pass] <= most) {
      alike.push_back(pass);
    }
  }
  return alike;
}

}  // namespace ringwood::cli
