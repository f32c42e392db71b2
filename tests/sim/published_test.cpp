// What papers say of their algorithms on their machines, by the messages that the schedules really send.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/swing.hpp"
#include "ringwood/layouts.hpp"
#include "sim/simulate.hpp"

namespace ringwood {
namespace {

/// Every operation of an allreduce of 3 MiB, which all chunks share evenly, over all hosts of a machine.
OperationLog operations_of(const Schedule& schedule, const Machine& machine) {
  Mapping mapping(static_cast<std::size_t>(schedule.ranks()));
  std::iota(mapping.begin(), mapping.end(), 0);
  OperationLog operations;
  SimulationOptions options;
  options.operations = &operations;
  static_cast<void>(simulate(schedule, equal_layout(schedule, 3 << 18, 4), machine, mapping, options));
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

/// Bytes from each rank to each other.
class Traffic {
 public:
  Traffic(const Algorithm& algorithm, Rank ranks) : ranks_(static_cast<std::size_t>(ranks)), bytes_(ranks_ * ranks_) {
    const Machine machine = make_machine("crossbar:hosts=" + std::to_string(ranks));
    for (const LoggedOperation& operation : operations_of(Schedule(algorithm, {.ranks = ranks}), machine)) {
      if (operation.kind == LoggedOperation::Kind::kSend) {
        bytes_[static_cast<std::size_t>(operation.rank) * ranks_ + static_cast<std::size_t>(operation.peer)] +=
            operation.bytes;
      }
    }
  }

  /// Bytes between groups, where `group` tells each rank's.
  [[nodiscard]] Bytes crossing(const std::vector<int>& group) const {
    Bytes sum = 0;
    for (std::size_t from = 0; from < ranks_; ++from) {
      for (std::size_t to = 0; to < ranks_; ++to) {
        sum += group[from] == group[to] ? 0 : bytes_[from * ranks_ + to];
      }
    }
    return sum;
  }

 private:
  std::size_t ranks_;
  std::vector<Bytes> bytes_;
};

/// Calls with the group of each rank, for each way to lay ranks into so many groups one after the other: the order in
/// which schedulers list hosts.
void for_each_allocation(Rank ranks, int groups, const std::function<void(const std::vector<int>&)>& visit) {
  std::vector<int> group(static_cast<std::size_t>(ranks));
  const std::function<void(Rank, int)> fill = [&](Rank begin, int number) {
    if (number == groups - 1) {
      std::fill(group.begin() + begin, group.end(), number);
      visit(group);
      return;
    }
    for (Rank end = begin + 1; end <= ranks - (groups - 1 - number); ++end) {
      std::fill(group.begin() + begin, group.begin() + end, number);
      fill(end, number + 1);
    }
  };
  fill(0, 0);
}

/// By how much Bine's allreduce sends less between groups than the butterfly, in hundredths of a percent, without what
/// follows them (the authors' files are cut off, not rounded).
[[nodiscard]] int reduction(const Traffic& bine, const Traffic& butterfly, const std::vector<int>& group) {
  const Bytes other = butterfly.crossing(group);
  return static_cast<int>((other - bine.crossing(group)) * 10'000 / other);
}

// The authors of "Bine trees" (SC 2025) wrote down the hosts of all jobs on Leonardo for a week and on LUMI for two,
// and by how many percent Bine's allreduce sends less between groups than Rabenseifner's on each (HLC-Lab/pico,
// tracer/sinfo/*_allreduce_rabenseifner_vs_bine_bandwidth.csv: nodes, groups, reduction). The hosts of the jobs are not
// at hand, but with so few of them each figure has to come from one of the ways that nodes can be laid into the groups,
// and where the file has many jobs it also has the extremes.
TEST(Published, ReductionsOfTrafficOnJobsOfLeonardoAndLumi) {
  struct Jobs {
    Rank nodes;
    int groups;
    std::vector<int> printed;  // hundredths of a percent
  };

  const Jobs all[] = {
      {4, 2, {0}},
      {4, 3, {0, 1666}},
      {4, 4, {0}},
      {8, 2, {0, -5000}},
      {8, 3, {1250, -1000, 1428, 2500, 1333, 1538, -1250, 0}},
      {8, 4, {1875, -833, 1111, 625, 1818, 1176, 0, 1250, 2000}},
      {8, 5, {1000, -625, 1500, 2142, 909, 1666, 0}},
      {8, 6, {0, 833, 1428}},
      {8, 7, {714, 0}},
      {16, 2, {0, -952, -3333, -12500}},
      {16, 3, {909, 1176, 0,    2187, 1081, 1379,  769,  1515,  -2727, 2000, 882,  -5625, -2500, 571,
               833, -333, 1212, 750,  1875, -1000, 1578, -1923, 1842,  2142, 1891, 1818,  714,   1315}},
      {32, 2, {0, -784, -816, -2666, -2857, -8333, -952, -2777, -18750}},
      {32, 3, {0,     1851, 757, 1470, 1200, 588,  1142, -3958, -400, 2386, 731,  1836,
               -2884, 864,  821, 487,  1346, 1595, 2040, 340,   1702, 1100, 1395, 2061}},
      {64, 2, {-3571, -1344, -2285, 0, -363, -465, -720, -4516, -2380, -310, -761, -325}},
      {64, 3, {-5000, -1216, 2067, 1612, 922, 1170, 1291, -2185, 722, 470, 568, -1491}},
      {128, 2, {-687, -6071, -885}},
      {256, 2, {-21458}},
  };
  for (const Jobs& jobs : all) {
    const Traffic bine(allreduce_bine, jobs.nodes);
    const Traffic butterfly(allreduce_rabenseifner, jobs.nodes);
    std::set<int> possible;
    for_each_allocation(jobs.nodes, jobs.groups,
                        [&](const std::vector<int>& group) { possible.insert(reduction(bine, butterfly, group)); });
    for (const int printed : jobs.printed) {
      EXPECT_TRUE(possible.contains(printed)) << jobs.nodes << " nodes, " << jobs.groups << " groups: " << printed;
    }
    if (jobs.nodes <= 8) {
      EXPECT_EQ(possible, std::set<int>(jobs.printed.begin(), jobs.printed.end())) << jobs.nodes << ", " << jobs.groups;
    }
  }
}

/// What a link carries over what it would if no two messages shared one, with ports for all sides: the sum over the
/// steps of their distance, weighed by the part of the vector that they move.
[[nodiscard]] double congestion_of_swing(int sides, int steps) {
  double sum = 0;
  for (int step = 0; step < steps; ++step) {
    sum += std::abs(swing_distance(step / sides)) * std::ldexp(1.0, -step - 1);
  }
  return sum / (1 - std::ldexp(1.0, -steps));
}

// "Swing", section 4: distances grow more slowly than messages shrink, so that what is lost to links that are shared is
// bounded: less than 1.2 times in two dimensions, 1.04 in three, 1.01 in four, however large the torus.
TEST(Published, SwingsCongestionOnTori) {
  for (const auto& [sides, most] : {std::pair{2, 1.2}, {3, 1.04}, {4, 1.01}}) {
    EXPECT_LT(congestion_of_swing(sides, 40), most);
    EXPECT_GT(congestion_of_swing(sides, 40), most - 0.01);
  }
  using Sides = std::vector<std::int64_t>;
  for (const auto& [dims, steps] : {std::pair<Sides, int>{{16, 16}, 8}, {{8, 8, 8}, 9}, {{4, 4, 4, 4}, 8}}) {
    std::string text;
    for (const std::int64_t side : dims) {
      text += (text.empty() ? "" : "x") + std::to_string(side);
    }
    const Machine machine = make_machine("torus:dims=" + text);
    const auto ports = static_cast<std::int64_t>(2 * dims.size());
    Parameters parameters;
    parameters.set("dims", dims);
    parameters.set("ports", {ports});
    const Schedule schedule(allreduce_swing, {.ranks = Rank{1} << steps}, parameters);
    std::map<std::int32_t, std::map<LinkId, Bytes>> loads;
    std::map<std::int32_t, Bytes> sent;
    std::vector<LinkId> route;
    for (const LoggedOperation& operation : operations_of(schedule, machine)) {
      if (operation.kind == LoggedOperation::Kind::kSend) {
        machine.network->route(operation.rank, operation.peer, route);
        sent[operation.round] += operation.rank == 0 ? operation.bytes : 0;
        for (const LinkId link : route) {
          loads[operation.round][link] += operation.bytes;
        }
      }
    }
    double shared = 0;
    double alone = 0;
    for (const auto& [round, links] : loads) {
      Bytes busiest = 0;
      for (const auto& [link, bytes] : links) {
        busiest = std::max(busiest, bytes);
      }
      shared += static_cast<double>(busiest);
      alone += static_cast<double>(sent[round]) / static_cast<double>(ports);
    }
    EXPECT_NEAR(shared / alone, congestion_of_swing(static_cast<int>(dims.size()), steps), 1e-9) << text;
  }
}

}  // namespace
}  // namespace ringwood
