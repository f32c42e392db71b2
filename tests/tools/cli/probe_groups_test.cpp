#include "tools/cli/probe_groups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace ringwood::cli {
namespace {

using ::testing::ElementsAre;
using Groups = std::vector<std::size_t>;

TEST(ProbeGroups, EverybodyMeetsEverybodyOnce) {
  for (std::size_t players = 2; players <= 9; ++players) {
    std::set<std::pair<std::size_t, std::size_t>> met;
    const std::vector<Pairing> rounds = tournament(players, 3);
    EXPECT_EQ(rounds.size(), players + players % 2 - 1);
    for (const Pairing& pairs : rounds) {
      std::set<std::size_t> busy;
      for (const auto& [a, b] : pairs) {
        EXPECT_TRUE(met.emplace(a, b).second) << a << " and " << b << " of " << players;
        EXPECT_TRUE(busy.insert(a).second && busy.insert(b).second);
      }
      EXPECT_EQ(pairs.size(), players / 2);
    }
    EXPECT_EQ(met.size(), players * (players - 1) / 2);
  }
}

TEST(ProbeGroups, PairsInsideAndAcross) {
  EXPECT_THAT(pairs_inside({0, 0, 1, 1, 0, 1, 1}), ElementsAre(std::pair(0, 1), std::pair(2, 3), std::pair(5, 6)));
  const Groups groups{0, 1, 0, 1, 2, 2};
  const Pairing across = pairs_across(groups);
  EXPECT_EQ(across.size(), 3U);
  for (const auto& [a, b] : across) {
    EXPECT_NE(groups[a], groups[b]);
  }
  EXPECT_TRUE(pairs_across({0, 0, 0, 0}).empty());
}

/// What pairs that share one cable a group and direction would be slowed down by.
Groups found_of(const Groups& truth, double noise) {
  Slowdowns slowdowns(truth.size());
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    for (const Pairing& pairs : tournament(truth.size(), seed)) {
      for (const auto& [a, b] : pairs) {
        double crossing = 1;
        for (const std::size_t group : {truth[a], truth[b]}) {
          const auto leaves = std::count_if(pairs.begin(), pairs.end(), [&](const auto& pair) {
            return truth[pair.first] != truth[pair.second] &&
                   (truth[pair.first] == group || truth[pair.second] == group);
          });
          crossing = std::max(crossing, truth[a] == truth[b] ? 1.0 : static_cast<double>(leaves));
        }
        slowdowns.add(a, b, crossing * (1 + noise * static_cast<double>((a * 7 + b * 3 + seed) % 5) / 4));
      }
    }
  }
  return slowdowns.groups();
}

TEST(ProbeGroups, HostsBehindOneCableAreAGroup) {
  for (const Groups& truth :
       {Groups{0, 0, 0, 0, 1, 1, 1, 1}, Groups{0, 1, 0, 1, 0, 1, 0, 1}, Groups{0, 0, 1, 1}, Groups{0, 0, 0, 1, 1, 1},
        Groups{0, 0, 0, 0, 0, 1, 1, 1}, Groups{0, 1, 2, 0, 1, 2, 0, 1, 2}}) {
    EXPECT_EQ(found_of(truth, 0), truth);
    EXPECT_EQ(found_of(truth, 0.3), truth);
  }
}

TEST(ProbeGroups, OneGroupWhereNothingIsShared) {
  EXPECT_EQ(found_of(Groups(7, 0), 0.3), Groups(7, 0));
}

TEST(ProbeGroups, OneGroupWhereEverythingIs) {
  Slowdowns slowdowns(4);
  for (std::size_t a = 0; a < 4; ++a) {
    for (std::size_t b = a + 1; b < 4; ++b) {
      slowdowns.add(a, b, 4);
    }
  }
  EXPECT_EQ(slowdowns.groups(), Groups(4, 0));
}

}  // namespace
}  // namespace ringwood::cli
