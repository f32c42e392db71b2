// Levels of reproducibility: known ones, and what they claim, computed in another way.

#include "interpret/verify/reproducibility.hpp"

#include <gtest/gtest.h>

#include <set>

#include "algorithms/catalogue.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

int level_of(const Algorithm& algorithm, const Schedule::Request& request) {
  const VerifyReport report = verify(Schedule(algorithm, request));
  EXPECT_TRUE(report.ok) << report.error;
  return report.reproducibility;
}

TEST(Reproducibility, OfABinomialTreeIsTheHighest) {
  for (Rank p = 1; p <= 33; ++p) {
    EXPECT_EQ(level_of(allreduce_binomial, {.ranks = p}), 5) << p;
    EXPECT_EQ(level_of(reduce_binomial, {.ranks = p}), 5) << p;
  }
}

TEST(Reproducibility, OfRecursiveDoublingDependsOnTheNumberOfRanks) {
  for (Rank p = 1; p <= 33; ++p) {
    const bool power_of_two = (p & (p - 1)) == 0;
    const int level = level_of(allreduce_recursive_doubling, {.ranks = p});
    EXPECT_GE(level, 4) << p;
    if (power_of_two) {
      EXPECT_EQ(level, 5) << p;
    }
  }
  EXPECT_EQ(level_of(allreduce_recursive_doubling, {.ranks = 5}), 4);
}

TEST(Reproducibility, OfARingDependsOnWhereChunksBegin) {
  for (Rank p = 3; p <= 9; ++p) {
    EXPECT_EQ(level_of(allreduce_ring, {.ranks = p}), 2) << p;
    EXPECT_EQ(level_of(reduce_scatter_ring, {.ranks = p}), 2) << p;
  }
}

TEST(Reproducibility, OfWindowsIsNone) {
  EXPECT_EQ(level_of(allreduce_windows, {.ranks = 7}), 0);
}

TEST(Reproducibility, IsFullWhereNothingIsReduced) {
  EXPECT_EQ(level_of(allgather_ring, {.ranks = 5}), 5);
  EXPECT_EQ(level_of(broadcast_binomial, {.ranks = 5, .root = 3}), 5);
  EXPECT_EQ(level_of(barrier_dissemination, {.ranks = 5}), 5);
}

TEST(Reproducibility, SeesWhoLooksAtThePlacement) {
  const Placement placement({{.name = "node", .group_of = {0, 0, 0, 1, 1, 1}}});
  const Schedule::Request request{.ranks = 6, .placement = &placement};
  const Schedule hierarchical(built_in_library(), Collective::kAllreduce,
                              parse_expression("hier(node=ring, network=recursive-doubling)"), request);
  EXPECT_FALSE(ignores_placement(hierarchical));
  EXPECT_LE(verify(hierarchical).reproducibility, 3);
  EXPECT_TRUE(ignores_placement(Schedule(allreduce_ring, request)));
}

Program silent(const Problem&, Rank) {
  co_return;
}

TEST(Reproducibility, OfABrokenScheduleIsNone) {
  Algorithm broken = allreduce_binomial;
  broken.program = silent;
  EXPECT_EQ(verify(Schedule(broken, {.ranks = 2})).reproducibility, 0);
}

TEST(Reproducibility, VerifierDemandsOrderWhereTheOperationDoesNotCommute) {
  Algorithm ring = allreduce_ring;
  ring.needs.commutative = false;
  EXPECT_TRUE(verify(Schedule(ring, {.ranks = 4})).ok);
  const VerifyReport report = verify(Schedule(ring, {.ranks = 4, .commutative = false}));
  EXPECT_FALSE(report.ok);
  EXPECT_NE(report.error.find("reduced out of rank order"), std::string::npos) << report.error;
}

// The tree over 0 .. p-1 that [0, 2^k) has, written down with its brackets.
SymbolicValue aligned(SymbolicValues& values, Rank begin, Rank width, Rank ranks) {
  if (width == 1) {
    return SymbolicValues::own(begin);
  }
  const SymbolicValue left = aligned(values, begin, width / 2, ranks);
  return begin + width / 2 >= ranks ? left
                                    : *values.join(left, aligned(values, begin + width / 2, width / 2, ranks), false);
}

TEST(Reproducibility, AlignedTreeIsTheOneOfItsDefinition) {
  std::set<std::uint64_t> trees;
  for (Rank p = 1; p <= 40; ++p) {
    SymbolicValues values(p);
    EXPECT_EQ(values.aligned_tree(), values.tree(aligned(values, 0, 64, p))) << p;
    trees.insert(values.aligned_tree());
  }
  EXPECT_EQ(trees.size(), 40U);
}

}  // namespace
}  // namespace ringwood
