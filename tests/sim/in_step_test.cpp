#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "sim/engine.hpp"
#include "tests/sim/expect_same.hpp"
#include "tests/sim/machines.hpp"
#include "tests/sim/made_of.hpp"

namespace ringwood {
namespace {

/// In step, or nothing.
std::optional<SimulationReport> in_step(const Algorithm& algorithm, Rank ranks, Bytes bytes, const Machine& machine,
                                        LogGopsForm form = LogGopsForm::kTextbook) {
  const Schedule schedule(algorithm, {.ranks = ranks});
  const Layout layout = equal_layout(schedule, bytes, 1);
  const Mapping mapping = one_rank_per_host(ranks);
  const SimulationOptions options{.form = form};
  return run_in_step({schedule, layout, machine, mapping, options});
}

// A straggler that does nothing of the kind keeps run_data_flow from going in step.
const SimulationOptions kRankByRank{.engine = Engine::kDataFlow, .stragglers = {{0, 0, 100}}};

TEST(InStep, AgreesOnTheWholeCatalogue) {
  int served = 0;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : {1, 2, 6, 9, 16, 81, 256}) {
      if (!why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
      for (const LogGopsForm form : {LogGopsForm::kTextbook, LogGopsForm::kSimulator}) {
        const Machine machine = test_machine(ranks, form == LogGopsForm::kSimulator);
        // Chunks of one size, and of two.
        const Bytes bytes = Bytes{3} * Schedule(*algorithm, {.ranks = ranks}).chunks() +
                            (form == LogGopsForm::kSimulator ? ranks / 2 : 0);
        const auto report = in_step(*algorithm, ranks, bytes, machine, form);
        if (report) {
          SimulationOptions options = kRankByRank;
          options.form = form;
          expect_same(*report, run(*algorithm, ranks, bytes, machine, options),
                      std::string(algorithm->name) + " on " + std::to_string(ranks));
          ++served;
        }
      }
    }
  }
  EXPECT_GT(served, 500);
}

// Several blocks of ranks, near partners first and far ones first, rounds that are alike, and messages that come early.
TEST(InStep, AgreesOnManyRanks) {
  for (const Algorithm* algorithm :
       {&allreduce_rabenseifner, &reduce_scatter_recursive_halving, &allgather_bruck, &allreduce_binomial,
        &allreduce_recursive_multiplying, &allreduce_k_nomial, &allreduce_bruck}) {
    for (const Rank ranks : {1100, 4096}) {
      const Machine machine = test_machine(ranks, false);
      const Bytes bytes = Bytes{2} * Schedule(*algorithm, {.ranks = ranks}).chunks();
      const auto report = in_step(*algorithm, ranks, bytes, machine);
      ASSERT_TRUE(report) << algorithm->name;
      expect_same(*report, run(*algorithm, ranks, bytes, machine, kRankByRank), std::string(algorithm->name));
    }
  }
  const Machine machine = test_machine(1100, false);
  const auto ring = in_step(allreduce_ring, 1100, 3300, machine);
  ASSERT_TRUE(ring);
  expect_same(*ring, run(allreduce_ring, 1100, 3300, machine, kRankByRank), "ring");
}

// More messages than are served together, in one round and from one rank.
TEST(InStep, AgreesOnRoundsOfManyMessages) {
  for (const Algorithm* algorithm : {&allreduce_one_shot, &alltoall_direct}) {
    const Machine machine = test_machine(600, true);
    const auto report = in_step(*algorithm, 600, Bytes{600} * 600 + 7, machine);
    ASSERT_TRUE(report) << algorithm->name;
    expect_same(*report, run(*algorithm, 600, Bytes{600} * 600 + 7, machine, kRankByRank),
                std::string(algorithm->name));
  }
}

// Rank 0 is ahead of the other by all its messages, and two who send to one come by turns.
Program runs_ahead(const Problem& problem, Rank me) {
  for (int i = 0; i < 5; ++i) {
    if (me < 2) {
      const Round round{send(2, problem.whole())};
      co_yield round;
    }
  }
  for (int i = 0; i < 5; ++i) {
    if (me == 2) {
      const Round round{receive(i % 2, problem.whole()), receive(0, problem.whole()), receive(1, problem.whole())};
      co_yield round;
    }
  }
  for (int i = 0; i < 5; ++i) {
    if (me < 2) {
      const Round round{send(2, problem.whole())};
      co_yield round;
    }
  }
  if (me == 2) {
    for (const Rank peer : {1, 0, 1, 0, 1}) {
      const Round round{receive(peer, problem.whole())};
      co_yield round;
    }
  }
}

TEST(InStep, KeepsMessagesOfEachSenderInOrder) {
  const Algorithm algorithm = made_of(runs_ahead);
  const Machine machine = test_machine(3);
  const auto report = in_step(algorithm, 3, 8, machine);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->messages, 20);
  expect_same(*report, run(algorithm, 3, 8, machine, kRankByRank), "runs ahead");
}

TEST(InStep, LeavesToOthersWhatIsNotForIt) {
  EXPECT_FALSE(in_step(allreduce_double_tree, 16, 4800, test_machine(16)));  // lanes
}

Program waits_for_ever(const Problem& problem, Rank me) {
  const Round round{receive(1 - me, problem.whole())};
  co_yield round;
}

Program speaks_to_nobody(const Problem& problem, Rank me) {
  const Round round{send(me + 7, problem.whole())};
  co_yield round;
}

Program is_not_heard(const Problem& problem, Rank me) {
  if (me == 0) {
    const Round round{send(1, problem.whole())};
    co_yield round;
  }
}

TEST(InStep, LeavesToOthersToSayWhatIsWrong) {
  for (Program (*program)(const Problem&, Rank) : {waits_for_ever, speaks_to_nobody, is_not_heard}) {
    EXPECT_FALSE(in_step(made_of(program), 2, 8, test_machine(2)));
  }
}

}  // namespace
}  // namespace ringwood
