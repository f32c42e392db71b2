#include "tools/cli/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
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

TEST(Statistics, CallsKnownTiesAndKnownDifferences) {
  const auto measured = [](double time, double spread, std::int64_t samples = 50) {
    return Estimate{time, time * (1 - spread), time * (1 + spread), samples};
  };
  EXPECT_TRUE(is_tie(ratio_of(measured(1, 0.03), measured(1.01, 0.03))));
  EXPECT_TRUE(is_tie(ratio_of(measured(1, 0.2), measured(1.1, 0.2))));
  EXPECT_FALSE(is_tie(ratio_of(measured(1, 0.02), measured(1.1, 0.02))));
  EXPECT_FALSE(is_tie(ratio_of(measured(1.1, 0.02), measured(1, 0.02))));
  // Simulated times have no interval, and what differs by less than 2 % is still called equal.
  EXPECT_TRUE(is_tie(ratio_of({1, 1, 1, 0}, {1.01, 1.01, 1.01, 0})));
  EXPECT_FALSE(is_tie(ratio_of({1, 1, 1, 0}, {1.03, 1.03, 1.03, 0})));
  // The same interval of three repetitions says less than that of fifty.
  EXPECT_TRUE(is_tie(ratio_of(measured(1, 0.04, 3), measured(1.09, 0.04, 3))));
  EXPECT_FALSE(is_tie(ratio_of(measured(1, 0.04), measured(1.09, 0.04))));
  EXPECT_TRUE(is_tie(ratio_of(measured(1, 0.01, 1), measured(9, 0.01, 1)))) << "nothing is known";
}

TEST(Statistics, TheIntervalOfARatioIsThatOfItsMedians) {
  const Ratio ratio = ratio_of({2, 1.8, 2.2, 100}, {1, 1, 1, 0});
  EXPECT_DOUBLE_EQ(ratio.value, 2);
  EXPECT_NEAR(ratio.low, 1.81, 0.005);
  EXPECT_NEAR(ratio.high, 2.21, 0.005);
  EXPECT_NEAR(chance_of_ratio(ratio, 1.81), 0.025, 0.003);
  EXPECT_DOUBLE_EQ(chance_of_ratio({1, 1, 1, 0}, 1.05), 1);
  EXPECT_DOUBLE_EQ(chance_of_ratio({1.1, 1.1, 1.1, 0}, 1.05), 0);
}

// Repetitions as they are: most near the least, a long tail, now and then a disturbance.
class Repetitions {
 public:
  explicit Repetitions(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] Estimate measured(double time, std::size_t count) {
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) {
      const double tail = -std::log(1 - uniform()) * 0.05;
      values.push_back(time * (1 + tail + (uniform() < 0.03 ? 2 * uniform() : 0)));
    }
    std::sort(values.begin(), values.end());
    const Summary summary = summary_of(values);
    return {summary.median, summary.low, summary.high, static_cast<std::int64_t>(count)};
  }

 private:
  [[nodiscard]] double uniform() { return static_cast<double>(random_() >> 11U) * 0x1p-53; }

  std::mt19937_64 random_;
};

TEST(Statistics, TiesAreSeldomCalledDifferencesAndDifferencesSeldomTies) {
  constexpr int kTrials = 2000;
  Repetitions repetitions(7);
  int tied_called_different = 0;
  int different_called_tied = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const Estimate one = repetitions.measured(1, 40);
    tied_called_different += is_tie(ratio_of(one, repetitions.measured(1, 40))) ? 0 : 1;
    different_called_tied += is_tie(ratio_of(one, repetitions.measured(1.1, 40))) ? 1 : 0;
  }
  EXPECT_LE(tied_called_different, kTrials / 40);
  EXPECT_LE(different_called_tied, kTrials / 10);
}

TEST(Statistics, NothingSlowerIsFoundWhereNothingIs) {
  // 100 comparisons of 200 points each, without any difference, and with ten of the points 15 % slower.
  Repetitions repetitions(11);
  int alarms = 0;
  int found = 0;
  int false_ones = 0;
  for (int comparison = 0; comparison < 100; ++comparison) {
    std::vector<double> same;
    std::vector<double> mixed;
    for (int point = 0; point < 200; ++point) {
      const Estimate before = repetitions.measured(1, 40);
      same.push_back(chance_of_ratio(ratio_of(repetitions.measured(1, 40), before), 1.05));
      mixed.push_back(chance_of_ratio(ratio_of(repetitions.measured(point < 10 ? 1.15 : 1, 40), before), 1.05));
    }
    const std::vector<char> none = discoveries(same);
    alarms += std::count(none.begin(), none.end(), 1) > 0 ? 1 : 0;
    const std::vector<char> some = discoveries(mixed);
    found += static_cast<int>(std::count(some.begin(), some.begin() + 10, 1));
    false_ones += static_cast<int>(std::count(some.begin() + 10, some.end(), 1));
  }
  EXPECT_LE(alarms, 5);
  EXPECT_GE(found, 900);
  EXPECT_LE(false_ones, 50);
}

TEST(Statistics, OneRepetitionTellsNothing) {
  EXPECT_TRUE(is_tie(ratio_of({1, 1, 1, 1}, {9, 9, 9, 50})));
}

TEST(Statistics, FewDiscoveriesAreFalse) {
  // The example of Benjamini and Hochberg 1995, section 3.2: four of fifteen.
  const std::vector<double> chances{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  const std::vector<char> found = discoveries(chances);
  EXPECT_EQ(std::count(found.begin(), found.end(), 1), 4);
  EXPECT_EQ(std::count(found.begin(), found.begin() + 4, 1), 4);
  EXPECT_TRUE(discoveries({}).empty());
}

}  // namespace
}  // namespace ringwood::cli
