#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

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

/// False: it is not served in step. Otherwise it has to be as rank by rank.
bool agrees(const Algorithm& algorithm, Rank ranks, Bytes bytes, const Machine& machine, LogGopsForm form) {
  const auto report = in_step(algorithm, ranks, bytes, machine, form);
  if (report) {
    SimulationOptions options = kRankByRank;
    options.form = form;
    expect_same(*report, run(algorithm, ranks, bytes, machine, options),
                std::string(algorithm.name) + " on " + std::to_string(ranks));
  }
  return report.has_value();
}

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
        served += agrees(*algorithm, ranks, bytes, machine, form) ? 1 : 0;
      }
    }
  }
  EXPECT_GT(served, 500);
}

// Every number of ranks up to 40, on machines whose parameters, and with them what is order-sensitive, are by chance.
TEST(InStep, AgreesForEveryNumberOfRanks) {
  std::mt19937 random(40);
  const auto up_to = [&random](Picoseconds most) { return static_cast<Picoseconds>(random()) % (most + 1); };
  int served = 0;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (Rank ranks = 1; ranks <= 40; ++ranks) {
      if (!why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
      Machine machine = test_machine(ranks, ranks % 3 != 0);
      machine.between_hosts.o = up_to(200);
      machine.between_hosts.g = up_to(400);
      machine.replaced.O = TimePerByte{static_cast<std::uint64_t>(up_to(20)) << 32U};
      const LogGopsForm form = ranks % 2 == 0 ? LogGopsForm::kTextbook : LogGopsForm::kSimulator;
      const Bytes bytes = up_to(5) * Schedule(*algorithm, {.ranks = ranks}).chunks();
      served += agrees(*algorithm, ranks, bytes, machine, form) ? 1 : 0;
    }
  }
  EXPECT_GT(served, 1500);
}

// Several blocks of ranks, near partners first and far ones first, rounds that are alike, and messages that come early.
TEST(InStep, AgreesOnManyRanks) {
  for (const Algorithm* algorithm :
       {&allreduce_rabenseifner, &reduce_scatter_recursive_halving, &allgather_bruck, &allreduce_binomial,
        &allreduce_recursive_multiplying, &allreduce_k_nomial, &allreduce_bruck, &allreduce_bine, &allreduce_windows,
        &allreduce_swing_latency, &allreduce_trivance, &allreduce_circulant}) {
    for (const Rank ranks : {1100, 2048}) {
      if (!why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
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

/// What one operation of a rank is in the round after that of `before`, by the course promised.
void expect_on_course(const Operation& before, const Operation& after, Course course, Rank me, Rank ranks) {
  EXPECT_EQ(after.kind, before.kind);
  const Chunk chunks = before.chunks.size();
  EXPECT_EQ(after.chunks.size(), course.chunks > 0 ? 2 * chunks : course.chunks < 0 ? chunks / 2 : chunks);
  EXPECT_TRUE(course.chunks >= 0 || chunks % 2 == 0);
  const Rank ahead = modulo(before.peer - me, ranks);
  const Rank distance = course.exclusive_or ? before.peer ^ me : 2 * ahead > ranks ? ahead - ranks : ahead;
  const Rank next = course.peers > 0 ? 2 * distance : course.peers < 0 ? distance / 2 : distance;
  EXPECT_EQ(after.peer, course.exclusive_or ? me ^ next : modulo(me + next, ranks));
  EXPECT_TRUE(course.exclusive_or || course.peers >= 0 || 2 * std::abs(distance) < ranks);
}

/// Asks one rank's program for every round; how many were promised.
std::int64_t expect_promises_kept(const ScheduleInstance& instance, Rank me, Rank ranks) {
  Program program = instance.program(me);
  std::vector<Operation> before;
  Series promised;
  std::int64_t rounds = 0;
  for (Step step = program.advance(); step == Step::kRound; step = program.advance()) {
    const std::span<const Operation> round = program.round();
    if (promised.left > 0) {
      EXPECT_EQ(round.size(), before.size());
      for (std::size_t i = 0; i < std::min(before.size(), round.size()); ++i) {
        expect_on_course(before[i], round[i], promised.course, me, ranks);
      }
      EXPECT_EQ(program.series(), (Series{promised.left - 1, program.series().course}));
      ++rounds;
    }
    promised = program.series();
    before.assign(round.begin(), round.end());
  }
  EXPECT_EQ(promised.left, 0U);
  return rounds;
}

TEST(Series, AreWhatTheCatalogueYieldsIfAskedForEachRound) {
  std::int64_t rounds = 0;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : {2, 3, 4, 7, 12, 16, 64}) {
      if (!why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
      SCOPED_TRACE(std::string(algorithm->name) + " on " + std::to_string(ranks));
      const Schedule schedule(*algorithm, {.ranks = ranks});
      const ScheduleInstance instance(schedule);
      for (Rank me = 0; me < ranks; ++me) {
        rounds += expect_promises_kept(instance, me, ranks);
      }
    }
  }
  EXPECT_GT(rounds, 5000);
}

// Rounds in which all do alike, on the same distance or on any, then one in which rank 70 is left out with its peer.
Program parts_ways(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const Rank swapped = modulo(me % 2 == 0 ? me + 3 : me - 3, p);
  const Round rotated{send(modulo(me + 5, p), problem.whole()), receive_reduce(modulo(me - 5, p), problem.whole())};
  co_yield rotated;
  const Round any{send(swapped, problem.whole()), receive(swapped, problem.whole())};
  co_yield any;
  const SeriesRound<2> doubling{{send(me ^ 1, problem.whole()), receive_reduce(me ^ 1, problem.whole())},
                                series(2, {.exclusive_or = true, .peers = 1})};
  const Rank left_out = co_yield doubling;
  for (Rank mask = Rank{2} << left_out; mask <= 4; mask *= 2) {
    const Round round{send(me ^ mask, problem.whole()), receive_reduce(me ^ mask, problem.whole())};
    co_yield round;
  }
  if (me != 70 && me != 71) {
    const Round round{send(me ^ 1, problem.whole()), receive(me ^ 1, problem.whole())};
    co_yield round;
  }
  const Round last{send(me ^ 8, problem.whole()), receive(me ^ 8, problem.whole())};
  co_yield last;
}

// Among 80 ranks the promise is not one to go by: they are no power of two.
TEST(InStep, TakesOverWhereRanksPartWays) {
  const Algorithm algorithm = made_of(parts_ways);
  for (const Rank ranks : {80, 128, 1024}) {
    for (const bool uniform : {true, false}) {
      const Machine machine = test_machine(ranks, uniform);
      const auto report = in_step(algorithm, ranks, 8, machine);
      ASSERT_TRUE(report);
      EXPECT_EQ(report->messages, Bytes{7} * ranks - 2);
      expect_same(*report, run(algorithm, ranks, 8, machine, kRankByRank), "parts ways");
    }
  }
}

// More rounds than are looked at at once, of which none is promised, then one in which rank 7 is left out with its
// peer.
Program parts_ways_late(const Problem& problem, Rank me) {
  for (Rank i = 0; i < 2500; ++i) {
    const Rank distance = i % problem.ranks;
    const Round round{send(modulo(me + distance, problem.ranks), problem.whole()),
                      receive(modulo(me - distance, problem.ranks), problem.whole())};
    if (distance != 0) {
      co_yield round;
    }
  }
  const Rank partner = modulo(me % 2 == 0 ? me + 3 : me - 3, problem.ranks);
  const Round last{send(partner, problem.whole()), receive(partner, problem.whole())};
  if (me != 7 && me != 4) {
    co_yield last;
  }
}

TEST(InStep, TakesOverAfterManyRounds) {
  const Algorithm algorithm = made_of(parts_ways_late);
  const Machine machine = test_machine(66, false);
  const auto report = in_step(algorithm, 66, 8, machine);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->rounds, 2500 - 38 + 1);
  expect_same(*report, run(algorithm, 66, 8, machine, kRankByRank), "parts ways late");
}

// Everybody names the one before as their peer for both ways: what is taken is not what was sent.
Program takes_from_the_wrong_one(const Problem& problem, Rank me) {
  const Rank before = modulo(me - 1, problem.ranks);
  const Round round{send(before, problem.whole()), receive(before, problem.whole())};
  co_yield round;
}

TEST(InStep, LeavesToOthersWhatIsNotForIt) {
  Machine waits = test_machine(16);
  waits.replaced.S = 100;
  EXPECT_FALSE(in_step(allreduce_ring, 16, 16 * 101, waits));
  EXPECT_FALSE(in_step(allreduce_binomial, 16, 101, waits));
  const auto eager = in_step(allreduce_ring, 16, 1600, waits);  // though the vector is not
  ASSERT_TRUE(eager);
  expect_same(*eager, run(allreduce_ring, 16, 1600, waits, kRankByRank), "eager");
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
  EXPECT_FALSE(in_step(made_of(takes_from_the_wrong_one), 70, 8, test_machine(70)));
}

}  // namespace
}  // namespace ringwood
