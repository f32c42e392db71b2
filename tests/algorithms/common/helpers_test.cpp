#include <gtest/gtest.h>

#include <algorithm>

#include "algorithms/common/circulant.hpp"
#include "algorithms/common/fold.hpp"
#include "algorithms/common/knomial_tree.hpp"
#include "algorithms/common/radix.hpp"
#include "algorithms/common/swing.hpp"
#include "algorithms/common/trees.hpp"

namespace ringwood {
namespace {

TEST(Fold, SurvivorsActForAllRanksInOrder) {
  for (Rank p = 1; p <= 70; ++p) {
    const Fold fold(p);
    EXPECT_EQ(fold.first_rank(fold.survivors()), p);
    for (Rank me = 0; me < p; ++me) {
      const Rank member = fold.member(me);
      EXPECT_LE(fold.first_rank(member), me);
      EXPECT_LT(me, fold.first_rank(member + 1));
      if (!fold.gives(me)) {
        EXPECT_EQ(fold.ranks()(member), me);
      }
    }
  }
}

TEST(Circulant, SkipsHalveRoundingUp) {
  for (Rank p = 2; p <= 300; ++p) {
    EXPECT_EQ(circulant_skip(p, 0), 1);
    EXPECT_EQ(circulant_skip(p, doublings(p)), p);
    for (int k = 0; k < doublings(p); ++k) {
      EXPECT_EQ(circulant_skip(p, k), (circulant_skip(p, k + 1) + 1) / 2);
    }
  }
}

TEST(Swing, DistancesAndPartners) {
  const Rank expected[] = {1, -1, 3, -5, 11, -21};
  for (int step = 0; step < 6; ++step) {
    EXPECT_EQ(swing_distance(step), expected[step]);
  }
  for (Rank p = 2; p <= 66; p += 2) {
    for (int step = 0; step < doublings(p); ++step) {
      for (Rank me = 0; me < p; ++me) {
        EXPECT_EQ(swing_partner(swing_partner(me, step, p), step, p), me);
      }
    }
  }
}

TEST(Swing, PositionsArePermutation) {
  for (Rank p = 1; p <= 256; p *= 2) {
    std::vector<bool> taken(static_cast<std::size_t>(p));
    for (Rank block = 0; block < p; ++block) {
      const auto position = static_cast<std::size_t>(swing_position(block, p));
      ASSERT_LT(position, taken.size());
      EXPECT_FALSE(taken[position]);
      taken[position] = true;
    }
  }
}

TEST(KnomialTree, RootHoldsEveryIntervalItLiesIn) {
  for (Rank p = 1; p <= 40; ++p) {
    for (Rank root = 0; root < p; ++root) {
      for (Rank size = 1; size < 3 * p; size *= 3) {
        EXPECT_EQ(KnomialTree(p, root, 3).holder(root - root % size, size), root);
      }
    }
  }
}

TEST(Radix, LargestProductIsMoreThanHalf) {
  EXPECT_EQ(factors_up_to(4, 12), (std::vector<Rank>{4, 3}));
  EXPECT_TRUE(factors_up_to(4, 7).empty());
  for (Rank p = 2; p <= 300; ++p) {
    EXPECT_GT(2 * largest_product(3, p), p);
  }
}

TEST(Trees, ParentsAndChildrenAgree) {
  for (Rank p = 1; p <= 40; ++p) {
    for (Rank me = 0; me < p; ++me) {
      for (const Rank child : in_order_node(p, me).before) {
        EXPECT_EQ(in_order_node(p, child).parent, me);
      }
      for (const Rank child : in_order_node(p, me).after) {
        EXPECT_EQ(in_order_node(p, child).parent, me);
      }
      for (const Rank child : k_ary_node(p, me, 3).after) {
        EXPECT_EQ(k_ary_node(p, child, 3).parent, me);
      }
    }
  }
}

}  // namespace
}  // namespace ringwood
