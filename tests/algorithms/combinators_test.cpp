// Every combinator, with parts from the catalogue, proved like any algorithm.

#include <gtest/gtest.h>

#include <random>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

void expect_proved(Collective collective, const std::string& text, const Schedule::Request& request) {
  const Schedule schedule(built_in_library(), collective, parse_expression(text), request);
  EXPECT_EQ(schedule.name(), text);
  const VerifyReport report = verify(schedule);
  EXPECT_TRUE(report.ok) << name_of(collective) << " " << text << " p=" << request.ranks << ": " << report.error;
  EXPECT_TRUE(report.deadlock_free) << name_of(collective) << " " << text << " p=" << request.ranks;
}

TEST(Combinators, ThenIsAnAllreduceOfAnyTwoHalves) {
  for (Rank p = 1; p <= 17; ++p) {
    expect_proved(Collective::kAllreduce, "then(ring, recursive-doubling)", {.ranks = p});
    expect_proved(Collective::kAllreduce, "then(recursive-halving, ring)", {.ranks = p});
  }
}

TEST(Combinators, ReverseTurnsOneHalfOfAnAllreduceIntoTheOther) {
  for (Rank p = 1; p <= 17; ++p) {
    for (const std::string name : {"ring", "bruck", "circulant", "recursive-doubling", "bruck:ports=3"}) {
      expect_proved(Collective::kReduceScatter, "reverse(" + name + ")", {.ranks = p});
    }
    for (const std::string name : {"ring", "pairwise", "circulant", "recursive-halving"}) {
      expect_proved(Collective::kAllgather, "reverse(" + name + ")", {.ranks = p});
    }
    expect_proved(Collective::kAllreduce, "then(reverse(bruck), bruck)", {.ranks = p});
  }
}

TEST(Combinators, LanesSplitTheVectorOfEveryCollective) {
  for (Rank p = 1; p <= 9; ++p) {
    for (const Collective collective : {Collective::kAllreduce, Collective::kReduceScatter, Collective::kAllgather}) {
      expect_proved(collective, "lanes(3, ring)", {.ranks = p});
      expect_proved(collective, "lanes(2, lanes(2, ring))", {.ranks = p});
    }
    expect_proved(Collective::kAllreduce, "lanes(2, recursive-doubling)", {.ranks = p, .commutative = false});
    for (Rank root = 0; root < p; ++root) {
      expect_proved(Collective::kBroadcast, "lanes(4, binomial)", {.ranks = p, .root = root});
    }
  }
}

TEST(Combinators, PermuteGivesRanksOtherParts) {
  for (const Rank p : {1, 2, 5, 7, 8, 9, 16}) {
    for (const std::string step : {"1", "3", "5", "11"}) {
      if (p % std::stoi(step) == 0 && std::stoi(step) > 1) {
        continue;
      }
      for (const Collective collective : {Collective::kAllreduce, Collective::kReduceScatter, Collective::kAllgather}) {
        expect_proved(collective, "permute(" + step + ", ring)", {.ranks = p});
      }
      expect_proved(Collective::kReduceScatter, "permute(" + step + ", lanes(2, recursive-halving))", {.ranks = p});
    }
  }
}

TEST(Combinators, PermuteRefusesAStepThatDividesTheRanks) {
  EXPECT_THROW(Schedule(built_in_library(), Collective::kAllreduce, parse_expression("permute(3, ring)"), {.ranks = 6}),
               Error);
}

/// Nodes of random sizes in racks of random sizes, ranks dealt out in random order.
Placement random_placement(Rank p, unsigned seed) {
  std::mt19937 random(seed);
  Placement::Level node{.name = "node", .group_of = std::vector<Rank>(static_cast<std::size_t>(p))};
  Placement::Level rack{.name = "rack", .group_of = std::vector<Rank>(static_cast<std::size_t>(p))};
  std::vector<Rank> ranks(static_cast<std::size_t>(p));
  for (Rank i = 0; i < p; ++i) {
    ranks[static_cast<std::size_t>(i)] = i;
  }
  if (seed % 2 == 1) {
    std::shuffle(ranks.begin(), ranks.end(), random);
  }
  Rank current_node = 0;
  Rank current_rack = 0;
  for (const Rank rank : ranks) {
    node.group_of[static_cast<std::size_t>(rank)] = current_node;
    rack.group_of[static_cast<std::size_t>(rank)] = current_rack;
    if (random() % 3 == 0) {
      ++current_node;
      current_rack += random() % 2 == 0 ? 1 : 0;
    }
  }
  return Placement({node, rack});
}

TEST(Combinators, HierSurvivesUnevenNodes) {
  for (Rank p = 1; p <= 24; ++p) {
    for (unsigned seed = 0; seed < 12; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      const Placement placement = random_placement(p, seed);
      const Schedule::Request request{.ranks = p, .placement = &placement};
      expect_proved(Collective::kAllreduce, "hier(node=ring, network=recursive-doubling)", request);
      expect_proved(Collective::kAllreduce, "hier(node=ring, rack=circulant, network=rabenseifner)", request);
      expect_proved(Collective::kAllreduce, "hier(rack=ring, network=ring)", request);
      expect_proved(Collective::kAllreduce, "hier(ring, ring, lanes(2, ring))", request);
      expect_proved(Collective::kAllreduce, "permute(0, ring)", request);
      expect_proved(Collective::kReduceScatter, "permute(0, ring)", request);
    }
  }
}

/// Proves it, or sees that it is refused with a reason. Says which.
bool proved_or_refused(Collective collective, const std::string& text, const Schedule::Request& request) {
  try {
    static_cast<void>(Schedule(built_in_library(), collective, parse_expression(text), request));
  } catch (const Error& error) {
    EXPECT_STRNE(error.what(), "");
    return false;
  }
  expect_proved(collective, text, request);
  return true;
}

// An algorithm that asks who shares a node once crashed under `permute`, which hides that from it.
TEST(Combinators, TakeOrRefuseEveryAlgorithm) {
  const std::vector<std::string> around{"lanes(2, *)",
                                        "reverse(*)",
                                        "permute(0, *)",
                                        "permute(1, *)",
                                        "permute(0, lanes(2, *))",
                                        "permute(5, permute(0, *))",
                                        "hier(node=*, network=ring)",
                                        "hier(node=ring, network=*)",
                                        "permute(0, hier(node=*, network=ring))",
                                        "lanes(2, hier(node=ring, network=*))"};
  int proved = 0;
  int refused = 0;
  for (const Rank p : {4, 7}) {
    const Placement placement = random_placement(p, 3);
    for (const Algorithm* algorithm : built_in_catalogue()) {
      for (const std::string& text : around) {
        std::string whole = text;
        whole.replace(whole.find('*'), 1, algorithm->name);
        for (const bool commutative : {true, false}) {
          const Schedule::Request request{.ranks = p, .commutative = commutative, .placement = &placement};
          ++(proved_or_refused(algorithm->collective, whole, request) ? proved : refused);
        }
      }
    }
  }
  EXPECT_GT(proved, 500);
  EXPECT_GT(refused, 500);
}

TEST(Combinators, HierHasNoMorePartsThanLevels) {
  const Placement placement({Placement::Level{.name = "node", .group_of = {0, 0, 1, 1}}});
  const Schedule::Request request{.ranks = 4, .placement = &placement};
  const auto made = [&](const char* text) {
    return Schedule(built_in_library(), Collective::kAllreduce, parse_expression(text), request);
  };
  EXPECT_NO_THROW(static_cast<void>(made("hier(ring, ring)")));
  EXPECT_THROW(static_cast<void>(made("hier(ring, ring, ring)")), Error);
}

TEST(Combinators, HierReachesThePartitionBoundOnEvenNodes) {
  Placement::Level node{.name = "node", .group_of = {}};
  for (Rank rank = 0; rank < 32; ++rank) {
    node.group_of.push_back(rank / 8);
  }
  const Placement placement({node});
  const VerifyReport report =
      verify(Schedule(built_in_library(), Collective::kAllreduce, parse_expression("hier(node=ring, network=ring)"),
                      {.ranks = 32, .placement = &placement}));
  EXPECT_EQ(report.rounds, 2 * 7 + 2 * 3);
  EXPECT_EQ(report.sent_max * 32, report.chunks * 2 * 31) << "2(p-1)/p of the vector";
}

TEST(Combinators, SayWhatIsWrongWithAnExpression) {
  const Library library = built_in_library();
  const auto error_of = [&](const std::string& text) -> std::string {
    try {
      static_cast<void>(Schedule(library, Collective::kAllreduce, parse_expression(text), {.ranks = 4}));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(error_of("lanes(2)").find("lanes(K, A)"), std::string::npos);
  EXPECT_NE(error_of("lanes(2, rign)").find("did you mean 'ring'"), std::string::npos);
  EXPECT_NE(error_of("lanes(0, ring)").find("1 to 1024"), std::string::npos);
  EXPECT_NE(error_of("lanes(2, ring").find("column 14"), std::string::npos);
  EXPECT_NE(error_of("ring(2)").find("no parts"), std::string::npos);
  EXPECT_NE(error_of("hier(node=ring, network=ring)").find("share a node"), std::string::npos);
  EXPECT_NE(error_of("then(ring, binomial)").find("allgather"), std::string::npos);
  EXPECT_NE(error_of("").find("expected a name"), std::string::npos);
  EXPECT_NE(error_of(std::string(5000, 'a')).find("4096"), std::string::npos);
}

}  // namespace
}  // namespace ringwood
