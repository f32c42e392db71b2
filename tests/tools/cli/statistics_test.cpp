#include "tools/cli/statistics.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace ringwood::cli {
namespace {

[[nodiscard]] std::vector<double> one_to(int count) {
  std::vector<double> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(Statistics, MedianOfEvenAndOddCounts) {
  EXPECT_DOUBLE_EQ(summary_of(one_to(5)).median, 3);
  EXPECT_DOUBLE_EQ(summary_of(one_to(6)).median, 3.5);
  EXPECT_DOUBLE_EQ(summary_of(one_to(1)).median, 1);
}

TEST(Statistics, IntervalOfOrderStatistics) {
  // n = 100: floor((100 - 19.6) / 2) = 40 and ceil(1 + (100 + 19.6) / 2) = 61 (Le Boudec 2010, table A.1: 40 and 61).
  const Summary summary = summary_of(one_to(100));
  EXPECT_DOUBLE_EQ(summary.low, 40);
  EXPECT_DOUBLE_EQ(summary.high, 61);
  EXPECT_DOUBLE_EQ(summary.minimum, 1);
  EXPECT_DOUBLE_EQ(summary.maximum, 100);
}

TEST(Statistics, FewValuesHaveTheWidestInterval) {
  const Summary summary = summary_of(one_to(3));
  EXPECT_DOUBLE_EQ(summary.low, 1);
  EXPECT_DOUBLE_EQ(summary.high, 3);
}

TEST(Statistics, SettledWithinFivePercent) {
  EXPECT_TRUE(is_settled({.minimum = 1, .low = 95.1, .median = 100, .high = 104.9, .maximum = 900}));
  EXPECT_FALSE(is_settled({.minimum = 99, .low = 99, .median = 100, .high = 106, .maximum = 106}));
}

}  // namespace
}  // namespace ringwood::cli
