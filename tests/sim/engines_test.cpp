#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
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

/// Every engine that runs the schedule at all, under what each of them can do.
TEST(Engines, AllAgreeOnTheWholeCatalogue) {
  std::map<Engine, int> served;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : {2, 6, 8, 13}) {
      if (!why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
      for (const bool uniform : {true, false}) {
        Machine machine = test_machine(ranks, uniform);
        machine.between_hosts.S = uniform ? machine.between_hosts.S : 60;
        for (const LogGopsForm form : {LogGopsForm::kTextbook, LogGopsForm::kSimulator}) {
          const SimulationReport expected =
              run(*algorithm, ranks, 2 * 2 * 13 * 13 * ranks, machine, {.form = form, .engine = Engine::kEventQueue});
          for (const Engine engine : {Engine::kQuotient, Engine::kDataFlow, Engine::kTable, Engine::kAutomatic}) {
            try {
              const SimulationReport report =
                  run(*algorithm, ranks, 2 * 2 * 13 * 13 * ranks, machine, {.form = form, .engine = engine});
              EXPECT_EQ(report.finish, expected.finish) << algorithm->name << " on " << ranks;
              EXPECT_EQ(report.order_sensitive, expected.order_sensitive) << algorithm->name << " on " << ranks;
              EXPECT_EQ(report.bytes_sent_max, expected.bytes_sent_max) << algorithm->name << " on " << ranks;
              EXPECT_EQ(report.rounds, expected.rounds) << algorithm->name << " on " << ranks;
              ++served[engine];
            } catch (const Error& error) {
              EXPECT_THAT(error.what(), testing::HasSubstr("cannot run")) << algorithm->name << " on " << ranks;
            }
          }
        }
      }
    }
  }
  EXPECT_GT(served[Engine::kQuotient], 50);
  EXPECT_GT(served[Engine::kDataFlow], 500);
  EXPECT_GT(served[Engine::kTable], 500);
}

TEST(Table, ServesManyPointsInOnePass) {
  for (const Algorithm* algorithm : {&allreduce_ring, &allreduce_rabenseifner, &allgather_bruck, &reduce_binomial}) {
    const Rank ranks = 13;
    const Schedule schedule(*algorithm, {.ranks = ranks});
    std::vector<Layout> layouts;
    std::vector<Machine> machines;
    for (int i = 0; i < 11; ++i) {
      layouts.push_back(equal_layout(schedule, 40 + 997 * i, 1));
      machines.push_back(test_machine(ranks, false));
      machines.back().network = machines.front().network;
      machines.back().replaced.g = 10 * i;
      machines.back().replaced.S = i % 3 == 0 ? 100 : 100000;
      machines.back().gamma.cached.scaled = std::uint64_t{3} << (30U + static_cast<unsigned>(i % 4));
    }
    std::vector<SimulationPoint> points;
    for (std::size_t i = 0; i < layouts.size(); ++i) {
      points.push_back({&layouts[i], &machines[i]});
    }
    const SimulationOptions options{.symmetry = false, .stragglers = {{.rank = 3, .arrival = 500, .cpu_percent = 150}}};
    const Mapping mapping = one_rank_per_host(ranks);
    const std::vector<SimulationReport> reports = simulate_points(schedule, points, mapping, options);
    ASSERT_EQ(reports.size(), points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      const SimulationReport expected = simulate(schedule, layouts[i], machines[i], mapping, options);
      EXPECT_EQ(reports[i].finish, expected.finish) << algorithm->name << " point " << i;
      EXPECT_EQ(reports[i].order_sensitive, expected.order_sensitive) << algorithm->name << " point " << i;
      EXPECT_EQ(reports[i].bytes_sent_max, expected.bytes_sent_max);
    }
    EXPECT_EQ(reports.back().engine, Engine::kTable) << algorithm->name;
  }
}

Program two_out(const Problem& problem, Rank me) {
  if (me == 0) {
    const Round round{send(1, problem.block(1)), send(2, problem.block(2))};
    co_yield round;
  } else {
    const Round round{receive(0, problem.block(me))};
    co_yield round;
  }
}

constexpr Algorithm kTwoOut = {.name = "test",
                               .collective = Collective::kScatter,
                               .cost = "-",
                               .reference = "this test",
                               .needs = {},
                               .program = two_out};

// Two NICs carry two messages side by side; one after the other takes g and the bytes of the first longer.
TEST(SeveralNics, CarryMessagesSideBySide) {
  SimulationOptions options;
  Machine machine = test_machine(3);
  machine.between_hosts.o = 10;
  for (const Engine engine : {Engine::kDataFlow, Engine::kEventQueue}) {
    options.engine = engine;
    options.nics = {};
    const SimulationReport one = run(kTwoOut, 3, 300, machine, options);
    options.nics = {.count = 2};
    const SimulationReport two = run(kTwoOut, 3, 300, machine, options);
    options.nics = {.count = 2, .choice = NicSet::Choice::kRail};
    const SimulationReport rail = run(kTwoOut, 3, 300, machine, options);
    EXPECT_EQ(one.time - two.time, 50 + 99 * 10 - 10);
    EXPECT_EQ(rail.finish, two.finish);
    EXPECT_EQ(two.order_sensitive, std::nullopt);
  }
}

TEST(SeveralNics, AreTheSameForAllEngines) {
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (!why_not(*algorithm, {.ranks = 13}).empty()) {
      continue;
    }
    for (const NicSet::Choice choice : {NicSet::Choice::kLeastBusy, NicSet::Choice::kRail}) {
      const SimulationOptions options{.nics = {.count = 3, .choice = choice}};
      SimulationOptions queue = options;
      queue.engine = Engine::kEventQueue;
      const Machine machine = test_machine(13, false);
      EXPECT_EQ(run(*algorithm, 13, 1300, machine, options).finish, run(*algorithm, 13, 1300, machine, queue).finish)
          << algorithm->name;
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
