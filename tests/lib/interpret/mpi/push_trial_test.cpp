// Which manner of writing is found in places that differ as near and far cores do.

#include "interpret/mpi/push_trial.hpp"

#include <gtest/gtest.h>

#include <array>

namespace ringwood {

namespace {

constexpr std::array kAll{PushManner::kNarrow, PushManner::kWide, PushManner::kPastCache};
constexpr std::array kOfStreams{PushManner::kWide, PushManner::kPastCache};
constexpr std::array kOfTurns{PushManner::kNarrow, PushManner::kPastCache};

/// Ticks for 64 KiB in each manner.
struct Place {
  std::uint64_t narrow;
  std::uint64_t wide;
  std::uint64_t past_cache;

  [[nodiscard]] std::uint64_t of(PushManner manner) const {
    return manner == PushManner::kNarrow ? narrow : manner == PushManner::kWide ? wide : past_cache;
  }
};

constexpr Place kSameCore{2000, 5000, 9000};
constexpr Place kSameLastLevel{18700, 4700, 9900};
constexpr Place kNothingShared{73000, 42000, 5700};
constexpr Place kFarInAll{7000, 7000, 5600};
constexpr Place kNoDifference{4000, 3900, 3800};

constexpr std::size_t kMany = std::size_t{4} << 30U;

/// Part of the pieces of so many bytes, kMany in all, that were written in each manner.
std::array<double, 3> shares(PushTrial& trial, const Place& place, std::size_t bytes) {
  std::array<double, 3> counts{};
  const std::size_t pieces = kMany / bytes;
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    const PushManner manner = trial.manner();
    counts[static_cast<std::size_t>(manner)] += 1.0 / static_cast<double>(pieces);
    trial.wrote(bytes, trial.measures() ? place.of(manner) * bytes / 65536 : 0);
  }
  return counts;
}

TEST(PushTrial, begins_with_the_first) {
  EXPECT_EQ(PushTrial(kAll).manner(), PushManner::kNarrow);
  EXPECT_EQ(PushTrial(kOfStreams).manner(), PushManner::kWide);
}

TEST(PushTrial, nearly_all_goes_the_fastest_way) {
  for (const std::size_t bytes : {std::size_t{5000}, std::size_t{65536}}) {
    PushTrial trial(kAll);
    shares(trial, kSameCore, bytes);
    EXPECT_GT(shares(trial, kSameCore, bytes)[0], 0.95) << bytes;
    shares(trial, kSameLastLevel, bytes);
    EXPECT_GT(shares(trial, kSameLastLevel, bytes)[1], 0.95) << bytes;
    shares(trial, kNothingShared, bytes);
    EXPECT_GT(shares(trial, kNothingShared, bytes)[2], 0.95) << bytes;
  }
}

TEST(PushTrial, streams_know_two_manners) {
  PushTrial trial(kOfStreams);
  EXPECT_GT(shares(trial, kSameLastLevel, 65536)[1], 0.95);
  shares(trial, kNothingShared, 65536);
  const auto far = shares(trial, kNothingShared, 65536);
  EXPECT_GT(far[2], 0.95);
  EXPECT_EQ(far[0], 0.0);
}

// The writer's time leaves out what the reader then needs, so that it has to be much less.
TEST(PushTrial, where_all_is_told_a_little_faster_is_enough) {
  PushTrial turns(kOfTurns, PushTrial::Told::kAll);
  PushTrial writing(kOfTurns);
  shares(turns, kFarInAll, 65536);
  EXPECT_GT(shares(turns, kFarInAll, 65536)[2], 0.95);
  EXPECT_LT(shares(writing, kFarInAll, 65536)[2], 0.05);
  shares(turns, kSameCore, 65536);
  EXPECT_GT(shares(turns, kSameCore, 65536)[0], 0.95);
}

TEST(PushTrial, what_makes_no_difference_changes_nothing) {
  PushTrial trial(kAll);
  shares(trial, kNoDifference, 65536);
  EXPECT_GT(shares(trial, kNoDifference, 65536)[0], 0.95);
}

TEST(PushTrial, outliers_do_not_decide) {
  PushTrial trial(kOfStreams);
  for (std::size_t piece = 0; piece < kMany / 65536; ++piece) {
    const std::uint64_t usual = kSameLastLevel.of(trial.manner());
    trial.wrote(65536, piece % 3 == 0 ? 1'000'000 : usual);
  }
  EXPECT_EQ(trial.manner(), PushManner::kWide);
}

}  // namespace

}  // namespace ringwood
