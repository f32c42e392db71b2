#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "tests/sim/machines.hpp"
#include "tests/sim/made_of.hpp"

namespace ringwood {
namespace {

/// Rank 0 takes a message from rank 1, then one from rank 2.
Program two_to_one(const Problem& problem, Rank me) {
  if (me == 0) {
    const Round first{receive(1, problem.whole())};
    co_yield first;
    const Round second{receive(2, problem.whole())};
    co_yield second;
  } else {
    const Round round{send(0, problem.whole())};
    co_yield round;
  }
}

constexpr Algorithm kTwoToOne = made_of(two_to_one);

/// What both rules say, and who served by which.
struct BothOrders {
  SimulationReport posted;
  SimulationReport first_come;
};

BothOrders run_both(const Schedule& schedule, Bytes elements, const Machine& machine, SimulationOptions options) {
  const Layout layout = equal_layout(schedule, elements, 1);
  const Mapping mapping = one_rank_per_host(schedule.ranks());
  const SimulationReport posted = simulate(schedule, layout, machine, mapping, options);
  options.order = ServiceOrder::kFirstCome;
  options.engine = Engine::kEventQueue;
  return {posted, simulate(schedule, layout, machine, mapping, options)};
}

TEST(FirstCome, TakesWhatArrivesFirst) {
  // One byte: o = 100, L = 1000, g = 50. Rank 1 begins at 500: its message is there at 1600, that of rank 2 at 1100.
  const Schedule schedule(kTwoToOne, {.ranks = 3});
  for (const LogGopsForm form : {LogGopsForm::kTextbook, LogGopsForm::kSimulator}) {
    const BothOrders both =
        run_both(schedule, 3, test_machine(3), {.form = form, .stragglers = {{.rank = 1, .arrival = 500}}});
    // Rank 2's waits for rank 1's. Two bytes after the first: 20 ps on the NIC, or on the CPU.
    EXPECT_EQ(both.posted.finish.front(), form == LogGopsForm::kTextbook ? 1620 + 100 + 100 : 1600 + 120 + 120);
    EXPECT_EQ(both.posted.order_sensitive, 1);
    EXPECT_EQ(both.first_come.finish.front(), 1620 + 100);  // and does not, while the CPU has nothing else to do
    EXPECT_EQ(both.first_come.order_sensitive, std::nullopt);
  }
}

TEST(FirstCome, IsWhatPostedOrderGivesWhereTheCertificateHolds) {
  std::mt19937 random(7);
  const auto below = [&](int limit) { return static_cast<Picoseconds>(random() % static_cast<unsigned>(limit)); };
  int held = 0;
  int other_times = 0;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : {2, 5, 8, 13}) {
      if (!why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
      const Schedule schedule(*algorithm, {.ranks = ranks});
      Machine machine = test_machine(ranks, below(2) == 0);
      machine.between_hosts.o = 1 + below(300);
      machine.between_hosts.g = below(300);
      machine.between_hosts.S = below(3) == 0 ? 20 : machine.between_hosts.S;
      for (const LogGopsForm form : {LogGopsForm::kTextbook, LogGopsForm::kSimulator}) {
        const BothOrders both = run_both(schedule, 1 + below(2000), machine, {.form = form});
        const bool same = both.posted.finish == both.first_come.finish;
        const bool holds = both.posted.order_sensitive == 0;
        EXPECT_TRUE(same || !holds) << name_of(algorithm->collective) << " " << algorithm->name << " on " << ranks;
        EXPECT_EQ(both.posted.messages, both.first_come.messages);
        EXPECT_EQ(both.posted.rounds, both.first_come.rounds);
        EXPECT_EQ(both.posted.bytes_sent_max, both.first_come.bytes_sent_max);
        held += holds ? 1 : 0;
        other_times += same ? 0 : 1;
      }
    }
  }
  EXPECT_GT(held, 300);       // so that this says something
  EXPECT_GT(other_times, 5);  // and so that the rules are two
}

// What LogGOPSim says (engines_test.cpp).
TEST(FirstCome, ReproducesLogGopsSim) {
  Machine machine = test_machine(256);
  machine.gamma = {};
  machine.replaced.L = 2500;
  machine.replaced.o = 1500;
  machine.replaced.g = 1000;
  machine.replaced.G = TimePerByte{std::uint64_t{6} << 32U};
  const SimulationReport report =
      run(allreduce_ring, 256, 1024 * 256, machine,
          {.form = LogGopsForm::kSimulator, .order = ServiceOrder::kFirstCome, .engine = Engine::kEventQueue});
  EXPECT_EQ(report.time, 5'935'380);
}

TEST(FirstCome, UsesTheCertificate) {
  const SimulationReport ring = run(allreduce_ring, 300, 3000, test_machine(300), {.order = ServiceOrder::kFirstCome});
  EXPECT_EQ(ring.engine, Engine::kQuotient);
  EXPECT_EQ(ring.order_sensitive, 0);
  EXPECT_THROW(static_cast<void>(run(allreduce_ring, 4, 40, test_machine(4),
                                     {.order = ServiceOrder::kFirstCome, .engine = Engine::kDataFlow})),
               Error);
}

}  // namespace
}  // namespace ringwood
