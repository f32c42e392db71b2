// Every algorithm of the catalogue, proved for many numbers of ranks, roots and parameters. A new algorithm is tested
// here without an edit.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/verify.hpp"
#include "schedule/contract.hpp"

namespace ringwood {
namespace {

std::vector<Rank> rank_counts() {
  std::vector<Rank> counts;
  for (Rank ranks = 1; ranks <= 17; ++ranks) {
    counts.push_back(ranks);
  }
  counts.insert(counts.end(), {31, 32, 33, 48, 64});
  return counts;
}

bool is_rooted(Collective collective) {
  const Contract& contract = contract_of(collective);
  return contract.before == Holding::kRootWhole || contract.after == Holding::kRootWhole;
}

std::vector<Rank> roots(Collective collective, Rank ranks) {
  if (!is_rooted(collective)) {
    return {0};
  }
  if (ranks > 5) {
    return {0, 1, ranks - 1};
  }
  std::vector<Rank> all;
  for (Rank root = 0; root < ranks; ++root) {
    all.push_back(root);
  }
  return all;
}

// Two nodes of unequal size, for the algorithms that need to know.
Placement two_nodes(Rank ranks) {
  Placement::Level node{.name = "node", .group_of = {}};
  for (Rank rank = 0; rank < ranks; ++rank) {
    node.group_of.push_back(3 * rank < 2 * ranks ? 0 : 1);
  }
  return Placement({node});
}

// Whether the operator need not commute: the promise of `needs` holds where a contribution counts once.
bool promises_order(const Algorithm& algorithm) {
  const Contract& contract = contract_of(algorithm.collective);
  return contract.reduces && !contract.counts_twice && !algorithm.needs.commutative;
}

// Nothing if the algorithm refuses these parameters for this number of ranks.
std::optional<Schedule> schedule_if_able(const Algorithm& algorithm, const Schedule::Request& request,
                                         const Parameters& parameters) {
  try {
    return Schedule(algorithm, request, parameters);
  } catch (const Error& refused) {
    EXPECT_EQ(refused.kind(), ErrorKind::kUsage);
    return std::nullopt;
  }
}

class EveryAlgorithm : public testing::TestWithParam<const Algorithm*> {
 protected:
  // Proves one schedule; returns its report.
  static VerifyReport prove(const Schedule& schedule) {
    const VerifyReport report = verify(schedule);
    EXPECT_TRUE(report.ok) << schedule.name() << ", " << schedule.ranks() << " ranks, root " << schedule.root() << ": "
                           << report.error;
    EXPECT_TRUE(report.deadlock_free) << schedule.name() << ", " << schedule.ranks() << " ranks";
    EXPECT_GE(report.rounds, report.rounds_bound) << schedule.name() << ", " << schedule.ranks() << " ranks";
    if (promises_order(schedule.algorithm())) {
      EXPECT_TRUE(report.keeps_order) << schedule.name() << ", " << schedule.ranks() << " ranks";
    }
    return report;
  }
};

TEST_P(EveryAlgorithm, KeepsItsContract) {
  const Algorithm& algorithm = *GetParam();
  bool ever = false;
  bool always_in_order = true;
  for (const Rank ranks : rank_counts()) {
    const Placement placement = two_nodes(ranks);
    for (const Rank root : roots(algorithm.collective, ranks)) {
      const Schedule::Request request{.ranks = ranks, .root = root, .placement = &placement};
      if (!why_not(algorithm, request).empty()) {
        continue;
      }
      ever = true;
      always_in_order = prove(Schedule(algorithm, request)).keeps_order && always_in_order;
    }
  }
  EXPECT_TRUE(ever) << "refuses all numbers of ranks";
  if (algorithm.needs.commutative) {
    EXPECT_FALSE(always_in_order) << "keeps the order everywhere: it need not ask for a commutative operator";
  }
}

TEST_P(EveryAlgorithm, KeepsItsContractWithOtherParameters) {
  const Algorithm& algorithm = *GetParam();
  for (const ParameterInfo& info : algorithm.parameters) {
    for (const std::int64_t value : {info.minimum, info.fallback, info.fallback + 1}) {
      if (value > info.maximum || value < info.minimum || info.is_list) {
        continue;
      }
      for (const Rank ranks : {1, 2, 3, 5, 8, 13, 16}) {
        const Placement placement = two_nodes(ranks);
        const Schedule::Request request{.ranks = ranks, .root = ranks - 1, .placement = &placement};
        if (why_not(algorithm, request).empty()) {
          Parameters parameters;
          parameters.set(std::string(info.name), {value});
          if (const auto schedule = schedule_if_able(algorithm, request, parameters)) {
            static_cast<void>(prove(*schedule));
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryAlgorithm,
                         testing::ValuesIn(built_in_catalogue().begin(), built_in_catalogue().end()),
                         [](const testing::TestParamInfo<const Algorithm*>& algorithm) {
                           std::string name = std::string(name_of(algorithm.param->collective)) + "_" +
                                              std::string(algorithm.param->name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace ringwood
