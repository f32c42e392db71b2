#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "sim/pair_costs.hpp"
#include "sim/simulate.hpp"
#include "tests/sim/machines.hpp"

namespace ringwood {
namespace {

Program one_message(const Problem& problem, Rank me) {
  const Round round{me == 0 ? send(1, problem.whole()) : receive(0, problem.whole())};
  co_yield round;
}

Program two_lanes(const Problem& problem, Rank me) {
  co_yield Lanes(one_message(problem, me), one_message(problem, me));
}

constexpr Algorithm kTwoLanes = {.name = "test",
                                 .collective = Collective::kBroadcast,
                                 .cost = "-",
                                 .reference = "this test",
                                 .needs = {},
                                 .program = two_lanes,
                                 .pieces = one_piece};

SimulationReport run_expression(const std::string& text, Rank ranks, const SimulationOptions& options) {
  const Schedule schedule(built_in_library(), Collective::kAllreduce, parse_expression(text), {.ranks = ranks});
  return simulate(schedule, equal_layout(schedule, 1000, 4), test_machine(ranks, false), one_rank_per_host(ranks),
                  options);
}

TEST(Lanes, ShareTheResourcesOfTheirRank) {
  // 11 bytes a lane. Rank 0: CPU 0..100 and NIC 0..150 for lane 0; lane 1 starts at 150, CPU until 250. Rank 1: head
  // at 1100, all in at 1200, CPU 1200..1300, NIC 1100..1250; second head at 1250, all in at 1350, CPU 1350..1450.
  MessageLog log;
  const SimulationReport report = run(kTwoLanes, 2, 11, test_machine(2), {.critical_path = true, .log = &log});
  EXPECT_THAT(report.finish, testing::ElementsAre(250, 1450));
  EXPECT_EQ(report.engine, Engine::kEventQueue);
  sort_messages(log);
  EXPECT_EQ(log, (MessageLog{{0, 1, 0, 11}, {0, 1, 1, 11}}));
  EXPECT_EQ(report.critical_path.waiting, 150);  // of lane 1 for lane 0
}

TEST(Lanes, OneLaneIsNoLane) {
  for (const std::string name : {"ring", "rabenseifner", "recursive-doubling", "binomial"}) {
    for (const LogGopsForm form : {LogGopsForm::kTextbook, LogGopsForm::kSimulator}) {
      const SimulationReport plain = run_expression(name, 7, {.form = form, .engine = Engine::kDataFlow});
      const SimulationReport wrapped = run_expression("lanes(1, " + name + ")", 7, {.form = form});
      EXPECT_EQ(plain.finish, wrapped.finish) << name;
      EXPECT_EQ(plain.order_sensitive, wrapped.order_sensitive) << name;
      EXPECT_EQ(plain.bytes_sent_total, wrapped.bytes_sent_total) << name;
    }
  }
}

TEST(Lanes, SendWhatTheirPartsSend) {
  for (const std::string text : {"lanes(2, ring)", "bidirectional-ring", "double-tree"}) {
    MessageLog first;
    MessageLog second;
    const SimulationReport report = run_expression(text, 8, {.critical_path = true, .log = &first});
    const SimulationReport again = run_expression(text, 8, {.critical_path = true, .log = &second});
    EXPECT_EQ(report.finish, again.finish) << text;
    EXPECT_EQ(report.critical_path.text, again.critical_path.text) << text;
    EXPECT_EQ(first, second) << text;
    EXPECT_EQ(static_cast<std::int64_t>(first.size()), report.messages);
    EXPECT_TRUE(std::any_of(first.begin(), first.end(), [](const Message& message) { return message.lane == 1; }));
  }
  EXPECT_EQ(run_expression("lanes(2, ring)", 8, {}).messages, 2 * run_expression("ring", 8, {}).messages);
}

// Above 1024 ranks the work list has several blocks; without a trace messages take the slots of their receivers.
TEST(Engines, AgreeOnManyRanks) {
  for (const Algorithm* algorithm : {&allreduce_rabenseifner, &allreduce_recursive_doubling, &allreduce_binomial,
                                     &reduce_scatter_recursive_halving, &allgather_bruck}) {
    for (const Rank ranks : {37, 2048, 2500}) {
      for (const bool uniform : {true, false}) {
        Machine machine = test_machine(ranks, uniform);
        machine.between_hosts.S = uniform ? Bytes{400} : machine.between_hosts.S;
        const SimulationReport report = run(*algorithm, ranks, 5000, machine, {.engine = Engine::kDataFlow});
        const SimulationReport of_queue = run(*algorithm, ranks, 5000, machine, {.engine = Engine::kEventQueue});
        EXPECT_EQ(report.finish, of_queue.finish) << algorithm->name << " on " << ranks;
        EXPECT_EQ(report.order_sensitive, of_queue.order_sensitive) << algorithm->name << " on " << ranks;
        EXPECT_EQ(report.rounds, of_queue.rounds) << algorithm->name << " on " << ranks;
        EXPECT_EQ(report.messages, of_queue.messages) << algorithm->name << " on " << ranks;
      }
    }
  }
}

TEST(Engines, AgreeWithoutATrace) {
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : {1, 2, 6, 8, 13}) {
      if (!why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
      const Machine machine = test_machine(ranks, false);
      const SimulationReport report = run(*algorithm, ranks, 103, machine);
      const SimulationReport of_queue = run(*algorithm, ranks, 103, machine, {.engine = Engine::kEventQueue});
      EXPECT_EQ(report.finish, of_queue.finish) << algorithm->name << " on " << ranks;
      EXPECT_EQ(report.order_sensitive, of_queue.order_sensitive) << algorithm->name << " on " << ranks;
    }
  }
}

// What LogGOPSim says of a ring of 2(p-1) messages of 1 KiB a rank with its defaults L=2500 o=1500 g=1000 G=6 O=0.
TEST(Engines, ReproduceLogGopsSim) {
  for (const auto& [ranks, time] : {std::pair<Rank, Picoseconds>{256, 5'935'380}, {1024, 23'811'348}}) {
    Machine machine = test_machine(ranks);
    machine.gamma = {};
    machine.replaced.L = 2500;
    machine.replaced.o = 1500;
    machine.replaced.g = 1000;
    machine.replaced.G = TimePerByte{std::uint64_t{6} << 32U};
    const SimulationReport report =
        run(allreduce_ring, ranks, 1024 * ranks, machine, {.form = LogGopsForm::kSimulator});
    EXPECT_EQ(report.time, time);
    EXPECT_EQ(report.order_sensitive, 0);
  }
}

TEST(PairCosts, RanksOfOneHostHaveCostsOfTheirOwn) {
  const Mapping mapping{0, 0, 1, 1, 2};
  for (const bool uniform : {true, false}) {
    Machine machine = test_machine(3, uniform);
    machine.inside_host.o = 7;
    PairCosts costs(machine, mapping, 1000);
    for (int time = 0; time < 2; ++time) {
      EXPECT_EQ(costs[costs.class_of(0, 1)].o, 7);
      EXPECT_EQ(costs[costs.class_of(3, 2)].o, 7);
      for (const auto& [from, to] : {std::pair<Rank, Rank>{0, 2}, {1, 4}, {4, 0}, {2, 4}}) {
        EXPECT_EQ(costs[costs.class_of(from, to)],
                  machine.between(mapping[static_cast<std::size_t>(from)], mapping[static_cast<std::size_t>(to)]));
      }
    }
  }
}

}  // namespace
}  // namespace ringwood
