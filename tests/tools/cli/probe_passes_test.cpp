#include "tools/cli/probe_passes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringwood::cli {
namespace {

using testing::ElementsAre;

TEST(ProbePasses, AllAreAlikeWhereNothingChanges) {
  EXPECT_THAT(alike_passes({{1, 1.02, 0.99}, {7, 7, 7.1}}), ElementsAre(0, 1, 2));
  EXPECT_THAT(alike_passes({{3}}), ElementsAre(0));
  EXPECT_TRUE(alike_passes({}).empty());
}

// A machine that is three times slower at times, in all that it does.
TEST(ProbePasses, ThoseOfAnotherTimeAreLeftOut) {
  const std::vector<double> speed{1, 1.01, 3, 3.1, 0.98, 1.02, 2.9, 1};
  std::vector<std::vector<double>> times;
  for (const double series : {2e-6, 5e-4, 1e-1}) {
    times.emplace_back();
    for (const double one : speed) {
      times.back().push_back(series * one);
    }
  }
  EXPECT_THAT(alike_passes(times), ElementsAre(0, 1, 4, 5, 7));
}

// The slow time is the usual one here.
TEST(ProbePasses, TheCloserHalfCountsAndNotTheFasterOne) {
  EXPECT_THAT(alike_passes({{1, 3, 3.05, 1.5, 2.98, 3.02, 0.7}}), ElementsAre(1, 2, 4, 5));
}

TEST(ProbePasses, OneSeriesThatWasDisturbedIsNoPassThatWas) {
  EXPECT_THAT(alike_passes({{1, 1, 90}, {1, 1, 1}, {1, 1, 1}}), ElementsAre(0, 1, 2));
}

TEST(ProbePasses, Median) {
  EXPECT_EQ(median_of({3, 1, 2}), 2);
  EXPECT_EQ(median_of({4, 1, 2, 3}), 3);
  EXPECT_EQ(median_of({}), 0);
}

}  // namespace
}  // namespace ringwood::cli
