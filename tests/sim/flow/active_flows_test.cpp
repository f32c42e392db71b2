#include "sim/flow/active_flows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "sim/flow/network.hpp"

namespace ringwood {

namespace {

/// Flows between hosts of a machine that come and go, held against a solve of all of them after every change.
class Traffic {
 public:
  explicit Traffic(const std::string& spec, bool by_source = false)
      : machine_(make_machine(spec)), links_(machine_, 0), flows_(links_), by_source_(by_source), random_(3) {}

  void start(Picoseconds now, int count) {
    for (int i = 0; i < count; ++i) {
      const auto hosts = static_cast<std::uint64_t>(machine_.network->hosts());
      const std::uint64_t sources = by_source_ ? std::max<std::uint64_t>(hosts / 8, 2) : hosts;
      const FlowStart flow{static_cast<Rank>(random_() % sources), static_cast<Rank>(random_() % hosts),
                           static_cast<Bytes>(1 + random_() % 100'000), random_() % 5 == 0 ? 0.01 : 1.0, next_++};
      std::vector<FlowLink> path;
      links_.append_route(flow.source, flow.destination, path);
      flows_.add(flow, static_cast<double>(flow.bytes), {path, by_source_ ? flow.source : kNoSource});
      live_[flow.message] = {path, flow.limit, 0, flow.source};
    }
    solve(now);
  }

  Picoseconds end_some() {
    const Picoseconds now = flows_.next_end();
    std::vector<FlowEnd> ended;
    flows_.take_ended(now, ended);
    EXPECT_FALSE(ended.empty());
    for (const FlowEnd& end : ended) {
      live_.erase(end.message);
    }
    solve(now);
    return now;
  }

  [[nodiscard]] bool empty() const { return live_.empty(); }

  [[nodiscard]] std::int64_t solved() const { return flows_.solved(); }

 private:
  struct Known {
    std::vector<FlowLink> path;
    double limit;
    double rate;
    Host source;
  };

  void solve(Picoseconds now) {
    flows_.solve(now);
    flows_.for_each_changed([&](std::uint32_t message, double rate) { live_.at(message).rate = rate; });
    FlowPaths paths;
    for (const auto& [message, flow] : live_) {
      paths.links.insert(paths.links.end(), flow.path.begin(), flow.path.end());
      paths.end_flow(flow.limit);
      if (by_source_) {
        const auto siblings = std::count_if(live_.begin(), live_.end(), [&, source = flow.source](const auto& other) {
          return other.second.source == source && !other.second.path.empty();
        });
        paths.weights.push_back(flow.path.empty() ? 1 : 1 / static_cast<double>(siblings));
      }
    }
    MaxMinSolver solver;
    FlowRates expected;
    solver.solve(paths, links_.capacities(), expected);
    std::size_t i = 0;
    for (const auto& [message, flow] : live_) {
      ASSERT_NEAR(flow.rate, expected.rates[i], expected.rates[i] * 1e-11) << "flow " << message << " at " << now;
      ++i;
    }
  }

  Machine machine_;
  LinkTable links_;
  ActiveFlows flows_;
  bool by_source_;
  std::mt19937_64 random_;
  std::uint32_t next_ = 0;
  std::map<std::uint32_t, Known> live_;
};

class ActiveFlowsOn : public testing::TestWithParam<const char*> {};

void come_and_go(Traffic& traffic) {
  traffic.start(0, 150);
  for (int i = 0; i < 200; ++i) {
    const Picoseconds now = traffic.end_some();
    traffic.start(now, i % 3);
    if (testing::Test::HasFatalFailure()) {
      return;
    }
  }
  while (!traffic.empty()) {
    traffic.end_some();
  }
}

TEST_P(ActiveFlowsOn, LocalSolvesAreTheWholeSolve) {
  Traffic traffic(GetParam());
  come_and_go(traffic);
}

TEST_P(ActiveFlowsOn, LocalSolvesAreTheWholeSolveWhereSourcesAreTreatedAlike) {
  Traffic traffic(GetParam(), true);
  come_and_go(traffic);
}

INSTANTIATE_TEST_SUITE_P(Machines, ActiveFlowsOn,
                         testing::Values("fat-tree:levels=3,ports=8", "dragonfly", "torus:dims=4x4x4",
                                         "crossbar:hosts=64", "ring:hosts=32"));

TEST(ActiveFlows, AChangeTouchesFewFlowsWhereItMeetsFew) {
  Traffic traffic("fat-tree:levels=3,ports=16");
  traffic.start(0, 800);
  const std::int64_t before = traffic.solved();
  for (int i = 0; i < 100; ++i) {
    traffic.start(traffic.end_some(), 1);
  }
  EXPECT_LT(traffic.solved() - before, 100 * 200);
}

TEST(EndOfFlow, RoundsToPicoseconds) {
  EXPECT_EQ(end_of_flow(10, 5, 0.5), 20);
  EXPECT_EQ(end_of_flow(10, 1, 0.4), 12);
  EXPECT_EQ(end_of_flow(10, -1e-9, 0.4), 10);
}

/// All flows of a round, through the network: its end times by pair.
std::map<RankPair, Picoseconds> ends_of(FlowNetwork& network, const std::vector<FlowStart>& round) {
  std::vector<FlowStart> starting = round;
  network.change(0, starting);
  std::map<RankPair, Picoseconds> ends;
  std::vector<FlowEnd> ended;
  while (network.next_end() != kNever) {
    const Picoseconds now = network.next_end();
    ended.clear();
    network.take_ended(now, ended);
    for (const FlowEnd& end : ended) {
      ends[{round[end.message].source, round[end.message].destination}] = now;
    }
    std::vector<FlowStart> none;
    network.change(now, none);
  }
  return ends;
}

/// The rule that spares bulk rounds all further solves, against flows that are solved anew whenever one ends.
TEST(FlowNetwork, ABulkRoundEndsLikeSingleFlows) {
  for (const char* spec : {"fat-tree:levels=3,ports=8", "dragonfly", "torus:dims=4x4x4"}) {
    const Machine machine = make_machine(spec);
    Mapping mapping;
    for (Host host = 0; host < machine.network->hosts(); ++host) {
      mapping.push_back(host);
    }
    std::mt19937_64 random(5);
    std::vector<FlowStart> round;
    for (std::uint32_t i = 0; i < 64; ++i) {
      round.push_back({static_cast<Rank>(i), static_cast<Rank>(random() % 64), 1'000'000, 1.0, i});
    }
    LinkTable links(machine, 0);
    FlowNetwork bulk(links, mapping, {}, 0);
    const auto ends = ends_of(bulk, round);
    LinkTable other_links(machine, 0);
    ActiveFlows single(other_links);
    std::vector<FlowLink> path;
    for (const FlowStart& flow : round) {
      path.clear();
      other_links.append_route(flow.source, flow.destination, path);
      single.add(flow, 1'000'000, {path});
    }
    single.solve(0);
    std::size_t ended_flows = 0;
    for (std::vector<FlowEnd> ended; !single.empty(); ended.clear()) {
      const Picoseconds now = single.next_end();
      single.take_ended(now, ended);
      single.solve(now);
      for (const FlowEnd& end : ended) {
        const FlowStart& flow = round[end.message];
        EXPECT_NEAR(static_cast<double>(ends.at({flow.source, flow.destination})), static_cast<double>(now), 2) << spec;
        ++ended_flows;
      }
    }
    EXPECT_EQ(ended_flows, round.size());
    EXPECT_EQ(ends_of(bulk, round), ends) << "the second time";
    const FlowReport report = bulk.report(1'000'000);
    EXPECT_EQ(report.bulk_rounds, 2);
    EXPECT_EQ(report.remembered, 1);
    Bytes carried = 0;
    for (const LinkUse& use : report.links) {
      carried += use.bytes;
    }
    std::vector<LinkId> route;
    for (const FlowStart& flow : round) {
      machine.network->route(flow.source, flow.destination, route);
      carried -= 2'000'000 * static_cast<Bytes>(route.size());
    }
    EXPECT_EQ(carried, 0) << spec;
  }
}

}  // namespace

}  // namespace ringwood
