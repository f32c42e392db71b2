// How many blocks of partial sums a rank keeps for others in a reduce-scatter: the last column of table 3.1 of the
// reference.

#include <gtest/gtest.h>

#include <optional>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/circulant.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

constexpr Rank kMostRanks = 33;

/// In blocks; nothing if the algorithm is not for so many ranks.
std::optional<Chunk> partial_sums(const Algorithm& algorithm, Rank ranks, const Parameters& parameters = {}) {
  if (!why_not(algorithm, {.ranks = ranks}).empty()) {
    return std::nullopt;
  }
  const VerifyReport report = verify(Schedule(algorithm, {.ranks = ranks}, parameters));
  EXPECT_TRUE(report.ok) << report.error;
  EXPECT_EQ(report.partial_sums * ranks % report.chunks, 0);
  return report.partial_sums * ranks / report.chunks;
}

TEST(PartialSums, NoneWhereOnlyOriginalDataIsSent) {
  for (Rank p = 1; p <= kMostRanks; ++p) {
    EXPECT_EQ(partial_sums(reduce_scatter_direct, p), 0) << p;
    EXPECT_EQ(partial_sums(reduce_scatter_pairwise, p), 0) << p;
  }
}

TEST(PartialSums, FewOnRings) {
  for (Rank p = 3; p <= kMostRanks; ++p) {
    EXPECT_EQ(partial_sums(reduce_scatter_ring, p), 1) << p;
    EXPECT_EQ(partial_sums(reduce_scatter_reversed_neighbor_exchange, p).value_or(2), p == 4 ? 1 : 2) << p;
  }
}

TEST(PartialSums, HalfOfTheBlocksWhereHalvesAreHalved) {
  for (Rank p = 2; p <= 32; p *= 2) {
    EXPECT_EQ(partial_sums(reduce_scatter_recursive_halving, p), p / 2 - 1) << p;
    EXPECT_EQ(partial_sums(reduce_scatter_distance_doubling, p), p / 2 - 1) << p;
  }
  for (Rank p = 2; p <= kMostRanks; ++p) {
    for (const Algorithm* const algorithm :
         {&reduce_scatter_circulant, &reduce_scatter_reversed_bruck, &reduce_scatter_reversed_sparbit,
          &reduce_scatter_swing, &reduce_scatter_bine}) {
      EXPECT_LT(2 * partial_sums(*algorithm, p).value(), p) << algorithm->name << " on " << p;
    }
  }
}

TEST(PartialSums, PatKeepsAsManyAsItsAggregationSays) {
  for (Rank p = 4; p <= 32; p *= 2) {
    for (Rank aggregation = 1; aggregation <= p / 2; aggregation *= 2) {
      Parameters parameters;
      parameters.set("aggregation", {aggregation});
      EXPECT_EQ(partial_sums(reduce_scatter_pat, p, parameters), aggregation * doublings(p / aggregation) - 1)
          << p << " ranks, aggregation " << aggregation;
    }
  }
}

}  // namespace
}  // namespace ringwood
