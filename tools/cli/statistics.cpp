#include "tools/cli/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace ringwood::cli {

namespace {

constexpr double kNormal95 = 1.959963984540054;
constexpr double kSettled = 0.05;

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

}  // namespace ringwood::cli
