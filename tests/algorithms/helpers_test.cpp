#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "algorithms/common/circulant.hpp"
#include "algorithms/common/circulant_blocks.hpp"
#include "algorithms/common/cycles.hpp"
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

// Träff's conditions: in q rounds a rank gets q different blocks, and it has what its targets get.
TEST(Circulant, BlocksComeOnceEachInAsManyRoundsAsThereCanBe) {
  for (Rank p = 2; p <= 70; ++p) {
    for (const Chunk blocks : {1, 2, 3, 7, 8, 20}) {
      std::vector<CirculantBlocks> ranks;
      for (Rank rank = 0; rank < p; ++rank) {
        ranks.emplace_back(p, rank, blocks);
      }
      std::vector<std::set<Chunk>> held(static_cast<std::size_t>(p));
      for (Chunk block = 0; block < blocks; ++block) {
        held[0].insert(block);
      }
      for (Chunk round = 0; round < blocks - 1 + doublings(p); ++round) {
        const auto before = held;
        const Rank skip = circulant_skip(p, static_cast<int>((round + ranks[0].first_skip()) % doublings(p)));
        for (Rank rank = 0; rank < p; ++rank) {
          if (const Chunk block = ranks[static_cast<std::size_t>(rank)].received(round); block >= 0) {
            EXPECT_TRUE(before[static_cast<std::size_t>(modulo(rank - skip, p))].contains(block));
            EXPECT_TRUE(held[static_cast<std::size_t>(rank)].insert(block).second);
          }
        }
      }
      for (const std::set<Chunk>& blocks_of_rank : held) {
        EXPECT_EQ(blocks_of_rank.size(), static_cast<std::size_t>(blocks)) << p << " ranks, " << blocks << " blocks";
      }
    }
  }
}

TEST(Swing, StepsOfAGridGoAlongItsDimensionsInTurn) {
  const SwingGrid grid({4, 8});
  EXPECT_EQ(grid.steps(), 5);
  EXPECT_EQ(grid.partner(0, 0), 1);        // along the rows
  EXPECT_EQ(grid.partner(0, 1), 4);        // along the columns
  EXPECT_EQ(grid.partner(0, 2), 3);        // one back along the row
  EXPECT_EQ(grid.partner(0, 3), 28);       // one back along the column
  EXPECT_EQ(grid.partner(0, 4), 12);       // rows are through
  EXPECT_EQ(grid.seen_from(5, 1 + 4), 0);  // odd along both: one back, one up
  EXPECT_EQ(grid.seen_from(2, 3 + 2 * 4), 9);
  for (int step = 0; step < grid.steps(); ++step) {
    for (Rank me = 0; me < 32; ++me) {
      EXPECT_EQ(grid.partner(grid.partner(me, step), step), me);
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

TEST(Swing, StepsReachWhatIsSaid) {
  for (Rank p = 1; p <= 64; p *= 2) {
    std::vector<Rank> reached;
    const std::function<void(Rank, int)> reach = [&](Rank from, int steps) {
      reached.push_back(from);
      for (int step = steps; step-- > 0;) {
        reach(swing_partner(from, step, p), step);
      }
    };
    for (int steps = 0; steps <= doublings(p); ++steps) {
      for (Rank from = 0; from < p; ++from) {
        reached.clear();
        reach(from, steps);
        for (Rank to = 0; to < p; ++to) {
          EXPECT_EQ(std::count(reached.begin(), reached.end(), to), swing_reaches(from, to, steps, p) ? 1 : 0);
        }
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
  for (const Rank radix : {2, 3, 4, 5, 6, 7, 8, 11}) {
    Rank largest = 1;
    for (Rank p = 1; p <= 1500; ++p) {
      largest = p == 1 || !factors_up_to(radix, p).empty() ? p : largest;
      EXPECT_EQ(largest_product(radix, p), largest) << radix << " of " << p;
    }
  }
  EXPECT_EQ(largest_product(4, 1'000'000), 995'328);
  EXPECT_EQ(largest_product(7, 2'147'483'647), 2'144'153'025);
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

TEST(Trees, NobodyMovesMoreThanTwoVectorsInTheTwo) {
  for (Rank p = 2; p <= 70; ++p) {
    for (Rank me = 0; me < p; ++me) {
      std::size_t halves = 0;
      for (const Chunk tree : {0, 1}) {
        const TreeNode node = double_tree_node(p, me, tree);
        EXPECT_EQ(node.parent < 0, me == double_tree_root(p, tree));
        halves += node.before.size() + node.after.size() + (node.parent < 0 ? 0U : 1U);
        for (const std::vector<Rank>* children : {&node.before, &node.after}) {
          for (const Rank child : *children) {
            EXPECT_EQ(double_tree_node(p, child, tree).parent, me);
            EXPECT_EQ(child < me, children == &node.before);
          }
        }
      }
      EXPECT_LE(halves, 4U) << "rank " << me << " of " << p;
    }
  }
}

TEST(Trees, RootedDoubleTreesSpanAllRanks) {
  for (Rank p = 1; p <= 33; ++p) {
    for (const Rank root : {0, p / 2, p - 1}) {
      for (Rank me = 0; me < p; ++me) {
        for (const Chunk tree : {0, 1}) {
          Rank at = me;
          for (Rank steps = 0; at != root && steps < p; ++steps) {
            at = rooted_double_tree_node(p, root, at, tree).parent;
          }
          EXPECT_EQ(at, root);
        }
      }
    }
  }
}

// Follows a ring from rank 0 on; true if it comes through all ranks, forwards and backwards, and knows where it is.
template <typename PlaceOf>
bool is_ring(Rank p, const PlaceOf& place_of) {
  const Rank origin = place_of(0).position;
  Rank at = 0;
  for (Rank step = 0; step < p; ++step) {
    const RingPlace place = place_of(at);
    if (place.position != modulo(origin + step, p) || place_of(place.next).previous != at || (step > 0 && at == 0)) {
      return false;
    }
    at = place.next;
  }
  return at == 0;
}

TEST(Cycles, SteppedRings) {
  for (Rank p = 1; p <= 40; ++p) {
    for (Rank step = 1; step == 1 || step < p; ++step) {
      if (std::gcd(step, p) == 1) {
        EXPECT_TRUE(is_ring(p, [&](Rank me) { return stepped_ring(p, me, step); })) << step << " of " << p;
      }
    }
  }
}

TEST(Cycles, TwoRingsThroughATorusShareNoEdge) {
  EXPECT_FALSE(torus_has_rings(1, 1));
  int tori = 0;
  for (Rank rows = 2; rows <= 16; ++rows) {
    for (Rank columns = 3; columns <= rows; ++columns) {
      if (!torus_has_rings(rows, columns)) {
        continue;
      }
      ++tori;
      std::set<std::pair<Rank, Rank>> edges;
      for (const int cycle : {0, 1}) {
        const auto place_of = [&](Rank me) { return torus_ring(rows, columns, me, cycle); };
        EXPECT_TRUE(is_ring(rows * columns, place_of)) << rows << " x " << columns;
        for (Rank me = 0; me < rows * columns; ++me) {
          const Rank next = place_of(me).next;
          const Rank down = modulo(next / columns - me / columns, rows);
          const Rank along = modulo(next % columns - me % columns, columns);
          EXPECT_TRUE((down == 0 && along == 1) || (down == 1 && along == 0));
          edges.insert({std::min(me, next), std::max(me, next)});
        }
      }
      EXPECT_EQ(edges.size(), static_cast<std::size_t>(2 * rows * columns)) << rows << " x " << columns;
    }
  }
  EXPECT_GT(tori, 14);
}

}  // namespace
}  // namespace ringwood
