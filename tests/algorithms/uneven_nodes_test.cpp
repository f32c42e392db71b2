// nodes of any sizes. Every partition of up to 12 ranks into nodes, the ranks of a node next to each other, dealt
// out in turn, or anywhere; and larger ones that have broken other libraries. What needs a placement is proved on each.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

using Sizes = std::vector<Rank>;

void for_each_partition(Rank rest, Rank most, Sizes& sizes, const std::function<void(const Sizes&)>& visit) {
  if (rest == 0) {
    visit(sizes);
    return;
  }
  for (Rank size = std::min(rest, most); size >= 1; --size) {
    sizes.push_back(size);
    for_each_partition(rest - size, size, sizes, visit);
    sizes.pop_back();
  }
}

enum class Dealing { kBlock, kCyclic, kRandom };

std::vector<Rank> dealt(const Sizes& sizes, Dealing dealing) {
  std::vector<Rank> node_of;
  Sizes left = sizes;
  switch (dealing) {
    case Dealing::kBlock:
    case Dealing::kRandom:
      for (std::size_t node = 0; node < sizes.size(); ++node) {
        node_of.insert(node_of.end(), static_cast<std::size_t>(sizes[node]), static_cast<Rank>(node));
      }
      break;
    case Dealing::kCyclic:
      while (std::accumulate(left.begin(), left.end(), 0) > 0) {
        for (std::size_t node = 0; node < left.size(); ++node) {
          if (left[node] > 0) {
            --left[node];
            node_of.push_back(static_cast<Rank>(node));
          }
        }
      }
      break;
  }
  if (dealing == Dealing::kRandom) {
    std::mt19937 random(static_cast<unsigned>(8 + sizes.size()));
    for (std::size_t i = node_of.size(); i > 1; --i) {
      std::swap(node_of[i - 1], node_of[random() % i]);
    }
  }
  return node_of;
}

struct Asked {
  Collective collective;
  std::string algorithm;
};

std::vector<Asked> what_needs_placement() {
  std::vector<Asked> all{{Collective::kAllreduce, "hier(node=ring, network=ring)"},
                         {Collective::kAllreduce, "hier(node=recursive-halving, network=rabenseifner)"},
                         {Collective::kAllreduce, "permute(0, ring)"},
                         {Collective::kReduceScatter, "permute(0, ring)"},
                         {Collective::kAllgather, "permute(0, bruck)"}};
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (algorithm->needs.placement) {
      all.push_back({algorithm->collective, std::string(algorithm->name)});
    }
  }
  return all;
}

struct Tally {
  int proved = 0;
  int refused = 0;
};

void prove_all(const Sizes& sizes, Tally& tally) {
  static const std::vector<Asked> kAsked = what_needs_placement();
  for (const Dealing dealing : {Dealing::kBlock, Dealing::kCyclic, Dealing::kRandom}) {
    const Placement placement({{.name = "node", .group_of = dealt(sizes, dealing)}});
    for (const Asked& asked : kAsked) {
      const Schedule::Request request{.ranks = placement.ranks(), .placement = &placement};
      try {
        const Schedule schedule(built_in_library(), asked.collective, parse_expression(asked.algorithm), request);
        const VerifyReport report = verify(schedule);
        EXPECT_TRUE(report.ok) << asked.algorithm << " on " << testing::PrintToString(sizes) << ", dealing "
                               << static_cast<int>(dealing) << ": " << report.error;
        ++tally.proved;
      } catch (const Error& error) {
        ++tally.refused;  // locality-aware-bruck wants nodes of one size, and says so
        EXPECT_NE(std::string(error.what()), "");
      }
    }
  }
}

TEST(UnevenNodes, every_partition_of_up_to_twelve_ranks) {
  Tally tally;
  int partitions = 0;
  for (Rank ranks = 1; ranks <= 12; ++ranks) {
    Sizes sizes;
    for_each_partition(ranks, ranks, sizes, [&](const Sizes& all) {
      ++partitions;
      prove_all(all, tally);
    });
  }
  EXPECT_EQ(partitions, 271);
  EXPECT_GE(tally.proved, 271 * 3 * 5);
  RecordProperty("proved", tally.proved);
  RecordProperty("refused", tally.refused);
}

TEST(UnevenNodes, those_that_others_hung_on) {
  Tally tally;
  for (const Sizes& sizes : {Sizes{7, 8}, Sizes{8, 7}, Sizes{1, 15}, Sizes{31, 32, 1}, Sizes{1, 2, 3, 4, 5, 6, 7}}) {
    prove_all(sizes, tally);
  }
  EXPECT_GE(tally.proved, 5 * 3 * 5);
}

}  // namespace
}  // namespace ringwood
