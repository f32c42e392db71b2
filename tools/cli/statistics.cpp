#include "tools/cli/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace ringwood::cli {

namespace {

constexpr double kNormal95 = 1.959963984540054;
constexpr double kSettled = 0.05;
constexpr double kEquivalent = 1.02;
constexpr double kFalseDiscoveries = 0.05;

// The least and the greatest of n < 6 values hold the median with the chance 1 - 2^(1-n): so many normal deviations.
constexpr double kUnknown = std::numeric_limits<double>::infinity();
constexpr std::array<double, 6> kFewSamples{kNormal95, kUnknown, 0.674, 1.15, 1.534, 1.863};

[[nodiscard]] double deviation_of(const Estimate& time) {
  if (time.samples == 1) {
    return kUnknown;  // its interval is a point, which says nothing
  }
  if (time.low == time.high) {
    return 0;
  }
  if (!(time.low > 0)) {
    return kUnknown;
  }
  const auto samples = static_cast<std::size_t>(time.samples);
  const double normal = samples < kFewSamples.size() ? kFewSamples[samples] : kNormal95;
  return normal == kUnknown ? kUnknown : std::log(time.high / time.low) / (2 * normal);
}

}  // namespace

Summary summary_of(std::span<const double> ascending) {
  const std::size_t count = ascending.size();
  Summary summary;
  summary.minimum = ascending.front();
  summary.maximum = ascending.back();
  summary.median = (ascending[(count - 1) / 2] + ascending[count / 2]) / 2;
  // The ranks of the interval's ends, from the normal approximation of the binomial distribution.
  const auto n = static_cast<double>(count);
  const double spread = kNormal95 * std::sqrt(n);
  const auto low = static_cast<std::ptrdiff_t>(std::floor((n - spread) / 2)) - 1;
  const auto high = static_cast<std::ptrdiff_t>(std::ceil(1 + (n + spread) / 2)) - 1;
  const auto last = static_cast<std::ptrdiff_t>(count) - 1;
  summary.low = ascending[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(low, 0, last))];
  summary.high = ascending[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(high, 0, last))];
  return summary;
}

bool is_settled(const Summary& summary) {
  return summary.high - summary.median <= kSettled * summary.median &&
         summary.median - summary.low <= kSettled * summary.median;
}

Ratio ratio_of(const Estimate& time, const Estimate& other) {
  const double logarithm = time.value == other.value ? 0 : std::log(time.value / other.value);
  const double deviation = std::hypot(deviation_of(time), deviation_of(other));
  const double spread = kNormal95 * deviation;
  return {std::exp(logarithm), std::exp(logarithm - spread), std::exp(logarithm + spread), deviation};
}

bool is_tie(const Ratio& ratio) {
  return ratio.low <= kEquivalent && ratio.high >= 1 / kEquivalent;
}

double chance_of_ratio(const Ratio& ratio, double limit) {
  const double beyond = std::log(ratio.value / limit);
  if (ratio.deviation == 0) {
    return beyond > 0 ? 0 : 1;
  }
  return std::erfc(beyond / ratio.deviation / std::numbers::sqrt2) / 2;
}

std::vector<char> discoveries(std::span<const double> chances) {
  std::vector<std::size_t> order(chances.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return chances[a] < chances[b]; });
  std::size_t found = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double most = kFalseDiscoveries * static_cast<double>(i + 1) / static_cast<double>(order.size());
    found = chances[order[i]] <= most ? i + 1 : found;
  }
  std::vector<char> result(chances.size());
  for (std::size_t i = 0; i < found; ++i) {
    result[order[i]] = 1;
  }
  return result;
}

}  // namespace ringwood::cli
