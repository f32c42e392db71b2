// What papers say of their algorithms on their machines, by the messages that the schedules really send.

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <numeric>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/swing.hpp"
#include "ringwood/layouts.hpp"
#include "sim/simulate.hpp"

namespace ringwood {
namespace {

/// Every operation of an allreduce of 4 MiB over all hosts of a machine.
OperationLog operations_of(const Schedule& schedule, const Machine& machine) {
  Mapping mapping(static_cast<std::size_t>(schedule.ranks()));
  std::iota(mapping.begin(), mapping.end(), 0);
  OperationLog operations;
  SimulationOptions options;
  options.operations = &operations;
  static_cast<void>(simulate(schedule, equal_layout(schedule, 1 << 20, 4), machine, mapping, options));
  return operations;
}

// De Sensi, Bonato, Saam, Hoefler, "Swing" (NSDI 2024): on a torus with equal even sides, with all ports in use, every
// link carries delta(s / D) messages in step s, in each direction.
TEST(Published, SwingLoadsEveryLinkOfATorusAlike) {
  for (const std::int64_t side : {4, 8, 16}) {
    const std::string dims = std::to_string(side) + "x" + std::to_string(side);
    const Machine machine = make_machine("torus:dims=" + dims);
    const auto ranks = static_cast<Rank>(side * side);
    Parameters parameters;
    parameters.set("dims", {side, side});
    parameters.set("ports", {4});
    const Schedule schedule(allreduce_swing, {.ranks = ranks}, parameters);
    std::map<std::int32_t, std::map<LinkId, int>> loads;
    std::vector<LinkId> route;
    for (const LoggedOperation& operation : operations_of(schedule, machine)) {
      if (operation.kind == LoggedOperation::Kind::kSend) {
        machine.network->route(operation.rank, operation.peer, route);
        for (const LinkId link : route) {
          ++loads[operation.round][link];
        }
      }
    }
    int steps = 0;
    while ((1 << steps) < ranks) {
      ++steps;
    }
    ASSERT_EQ(loads.size(), static_cast<std::size_t>(2 * steps)) << dims;
    for (int step = 0; step < steps; ++step) {
      for (const int round : {step, 2 * steps - 1 - step}) {
        ASSERT_EQ(loads[round].size(), static_cast<std::size_t>(machine.network->links())) << dims << ", " << round;
        for (const auto& [link, messages] : loads[round]) {
          ASSERT_EQ(messages, std::abs(swing_distance(step / 2))) << dims << ", round " << round << ", link " << link;
        }
      }
    }
  }
}

/// Bytes that cross borders between groups of so many consecutive ranks.
Bytes crossing(const OperationLog& operations, Rank group) {
  Bytes sum = 0;
  for (const LoggedOperation& operation : operations) {
    const bool crosses = operation.rank / group != operation.peer / group;
    sum += operation.kind == LoggedOperation::Kind::kSend && crosses ? operation.bytes : 0;
  }
  return sum;
}

// De Sensi et al., "Bine trees" (SC 2025): partners are two thirds as far away as those of a butterfly of powers of
// two, so that up to a third fewer bytes leave groups that are not aligned with these.
TEST(Published, BineSendsLessBetweenGroupsThatAreNotAligned) {
  const Machine machine = make_machine("crossbar:hosts=1024");
  const auto bine = operations_of(Schedule(allreduce_bine_latency, {.ranks = 1024}), machine);
  const auto butterfly = operations_of(Schedule(allreduce_recursive_doubling, {.ranks = 1024}), machine);
  for (const Rank group : {12, 20, 36, 50, 90, 180}) {
    const double ratio = static_cast<double>(crossing(bine, group)) / static_cast<double>(crossing(butterfly, group));
    EXPECT_GE(ratio, 2.0 / 3) << group;
    EXPECT_LT(ratio, 1) << group;
  }
  EXPECT_GT(crossing(bine, 64), crossing(butterfly, 64)) << "where groups are aligned it is the other way round";
}

}  // namespace
}  // namespace ringwood
