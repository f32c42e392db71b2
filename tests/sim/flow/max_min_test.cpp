#include "sim/flow/max_min.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "topology/machine.hpp"

namespace ringwood {

namespace {

struct Case {
  FlowPaths flows;
  std::vector<double> capacities;

  void add(const std::vector<FlowLink>& path, double limit = kNoLimit) {
    flows.links.insert(flows.links.end(), path.begin(), path.end());
    flows.end_flow(limit);
  }
};

/// The textbook's way (Bertsekas, Gallager 6.5.2): the one link with the least share of all, then again; a flow's own
/// limit is a link of its own.
std::vector<double> textbook(const Case& problem) {
  const std::size_t flows = problem.flows.size();
  std::vector<std::vector<std::size_t>> members(problem.capacities.size() + flows);
  std::vector<double> left = problem.capacities;
  for (std::size_t flow = 0; flow < flows; ++flow) {
    for (const FlowLink link : problem.flows.of(flow)) {
      members[link].push_back(flow);
    }
    members[problem.capacities.size() + flow].push_back(flow);
    left.push_back(problem.flows.limits[flow]);
  }
  std::vector<double> rates(flows, -1);
  const auto weight = [&](std::size_t flow) { return problem.flows.weights.empty() ? 1 : problem.flows.weights[flow]; };
  for (;;) {
    std::size_t least = members.size();
    double share = kNoLimit;
    for (std::size_t link = 0; link < members.size(); ++link) {
      double open = 0;
      for (const std::size_t flow : members[link]) {
        open += rates[flow] < 0 ? weight(flow) : 0;
      }
      if (open > 0 && left[link] / open < share) {
        share = left[link] / open;
        least = link;
      }
    }
    if (least == members.size()) {
      return rates;
    }
    for (const std::size_t flow : members[least]) {
      if (rates[flow] < 0) {
        rates[flow] = share * weight(flow);
        for (std::size_t link = 0; link < members.size(); ++link) {
          const auto crossings = static_cast<double>(std::count(members[link].begin(), members[link].end(), flow));
          left[link] -= crossings * rates[flow];
        }
      }
    }
  }
}

void expect_textbook(const Case& problem, const std::string& what) {
  MaxMinSolver solver;
  FlowRates found;
  solver.solve(problem.flows, problem.capacities, found);
  const std::vector<double> expected = textbook(problem);
  ASSERT_EQ(found.rates.size(), expected.size());
  for (std::size_t flow = 0; flow < expected.size(); ++flow) {
    ASSERT_NEAR(found.rates[flow], expected[flow], expected[flow] * 1e-11) << what << ", flow " << flow;
  }
}

/// The definition: every flow is held up by its limit or by a full link on which none is faster.
void expect_bottlenecks(const Case& problem, const FlowRates& found) {
  std::vector<double> used(problem.capacities.size());
  std::vector<double> highest(problem.capacities.size());
  for (std::size_t flow = 0; flow < problem.flows.size(); ++flow) {
    for (const FlowLink link : problem.flows.of(flow)) {
      used[link] += found.rates[flow];
      highest[link] = std::max(highest[link], found.rates[flow]);
    }
  }
  for (std::size_t link = 0; link < used.size(); ++link) {
    ASSERT_LE(used[link], problem.capacities[link] * (1 + 1e-9)) << "link " << link;
  }
  for (std::size_t flow = 0; flow < problem.flows.size(); ++flow) {
    const FlowLink link = found.bottlenecks[flow];
    if (link == kNoFlowLink) {
      ASSERT_EQ(found.rates[flow], problem.flows.limits[flow]) << "flow " << flow;
    } else {
      ASSERT_NEAR(used[link], problem.capacities[link], problem.capacities[link] * 1e-9) << "flow " << flow;
      ASSERT_GE(found.rates[flow], highest[link] * (1 - 1e-9)) << "flow " << flow;
    }
  }
}

Case random_case(std::mt19937_64& random) {
  const auto pick = [&](std::uint64_t most) { return random() % most; };
  Case problem;
  const std::uint64_t links = 1 + pick(12);
  for (std::uint64_t link = 0; link < links; ++link) {
    problem.capacities.push_back(pick(2) == 0 ? 1.0 : 0.1 + static_cast<double>(pick(1000)) / 100);
  }
  const std::uint64_t flows = 1 + pick(30);
  for (std::uint64_t flow = 0; flow < flows; ++flow) {
    std::set<FlowLink> path;
    for (std::uint64_t hops = pick(5); hops > 0; --hops) {
      path.insert(static_cast<FlowLink>(pick(links)));
    }
    const bool limited = path.empty() || pick(4) == 0;
    problem.add({path.begin(), path.end()}, limited ? 0.01 + static_cast<double>(pick(300)) / 100 : kNoLimit);
  }
  return problem;
}

TEST(MaxMin, ByHand) {
  // Three flows on a line of two links: the long one and one short one share the narrow link, and the other short one
  // takes what the long one leaves on the wide link.
  Case line;
  line.capacities = {1, 4};
  line.add({0, 1});
  line.add({0});
  line.add({1});
  MaxMinSolver solver;
  FlowRates found;
  solver.solve(line.flows, line.capacities, found);
  EXPECT_EQ(found.rates, (std::vector<double>{0.5, 0.5, 3.5}));
  EXPECT_EQ(found.bottlenecks, (std::vector<FlowLink>{0, 0, 1}));
  EXPECT_EQ(solver.sweeps(), 2);
}

TEST(MaxMin, AFlowsOwnLimitLeavesTheRestToOthers) {
  Case shared;
  shared.capacities = {3};
  shared.add({0}, 0.5);
  shared.add({0});
  shared.add({}, 7);
  MaxMinSolver solver;
  FlowRates found;
  solver.solve(shared.flows, shared.capacities, found);
  EXPECT_EQ(found.rates, (std::vector<double>{0.5, 2.5, 7}));
  EXPECT_EQ(found.bottlenecks, (std::vector<FlowLink>{kNoFlowLink, 0, kNoFlowLink}));
}

TEST(MaxMin, NoFlows) {
  MaxMinSolver solver;
  FlowRates found;
  solver.solve({}, {}, found);
  EXPECT_TRUE(found.rates.empty());
  EXPECT_EQ(solver.sweeps(), 0);
}

TEST(MaxMin, AgreesWithTheTextbookOnRandomNetworks) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 600; ++i) {
    expect_textbook(random_case(random), "case " + std::to_string(i));
  }
}

TEST(MaxMin, AgreesWithTheTextbookWhereFlowsHaveWeights) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 600; ++i) {
    Case problem = random_case(random);
    for (std::size_t flow = 0; flow < problem.flows.size(); ++flow) {
      problem.flows.weights.push_back(1.0 / static_cast<double>(1 + random() % 9));
    }
    expect_textbook(problem, "case " + std::to_string(i));
  }
}

TEST(MaxMin, EveryFlowHasABottleneckOnRoutedNetworks) {
  std::mt19937_64 random(11);
  MaxMinSolver solver;  // one for all: nothing of a solve is left for the next
  for (const char* spec : {"fat-tree:levels=3,ports=8", "dragonfly", "torus:dims=4x4x4", "crossbar:hosts=64"}) {
    const Machine machine = make_machine(spec);
    Case problem;
    for (LinkId link = 0; link < machine.network->links(); ++link) {
      problem.capacities.push_back(1);
    }
    std::vector<LinkId> route;
    for (int flow = 0; flow < 300; ++flow) {
      const auto hosts = static_cast<std::uint64_t>(machine.network->hosts());
      machine.network->route(static_cast<Host>(random() % hosts), static_cast<Host>(random() % hosts), route);
      problem.add({route.begin(), route.end()}, 0.9);
    }
    FlowRates found;
    solver.solve(problem.flows, problem.capacities, found);
    SCOPED_TRACE(spec);
    expect_bottlenecks(problem, found);
    expect_textbook(problem, spec);
  }
}

}  // namespace

}  // namespace ringwood
