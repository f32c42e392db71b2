#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ringwood::cli {

/// A median and the two order statistics between which the true one lies with 95 % confidence, whatever the
/// distribution (Hoefler, Belli 2015; Le Boudec 2010). With fewer than six values: the smallest and the largest.
struct Summary {
  double minimum = 0;
  double low = 0;
  double median = 0;
  double high = 0;
  double maximum = 0;
};

/// `ascending` is sorted and not empty.
[[nodiscard]] Summary summary_of(std::span<const double> ascending);

/// Whether the interval is within 5 % of the median on both sides.
[[nodiscard]] bool is_settled(const Summary& summary);

/// A time as a result tells it. A simulated one is exact: the interval is the value.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
  std::int64_t samples = 0;  ///< 0: as many as make a 95 % interval
};

/// One time over another, with a 95 % interval. The logarithms of medians are taken for normally distributed, with the
/// deviations that their own intervals tell; fewer than six samples tell less (tools/report/page/comparison.js has the
/// same rule).
struct Ratio {
  double value = 1;
  double low = 1;
  double high = 1;
  double deviation = 0;  ///< of the logarithm; infinite where nothing is known
};

[[nodiscard]] Ratio ratio_of(const Estimate& time, const Estimate& other);

/// Whether the two may be called equal: the interval reaches into 0.98 ... 1.02.
[[nodiscard]] bool is_tie(const Ratio& ratio);

/// How surprising the ratio would be if the true one were at most `limit`: the chance of one as large.
[[nodiscard]] double chance_of_ratio(const Ratio& ratio, double limit);

/// Of many chances, those small enough to be taken for real, so that about one in twenty of them is not (Benjamini,
/// Hochberg 1995).
[[nodiscard]] std::vector<char> discoveries(std::span<const double> chances);

}  // namespace ringwood::cli
