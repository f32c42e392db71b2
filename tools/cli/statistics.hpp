#pragma once

#include <span>

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

}  // namespace ringwood::cli
