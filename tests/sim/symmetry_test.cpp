#include "sim/symmetry.hpp"

#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "sim/simulate.hpp"
#include "tests/sim/expect_same.hpp"
#include "tests/sim/machines.hpp"

namespace ringwood {
namespace {

[[nodiscard]] Symmetry claim_of(const Algorithm& algorithm, Rank ranks) {
  Problem problem;
  problem.ranks = ranks;
  return algorithm.symmetry == nullptr ? Symmetry::kNone : algorithm.symmetry(problem);
}

// The claim of every algorithm, for every rank.
TEST(Symmetry, IsWhatTheCatalogueSays) {
  int claims = 0;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : {2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 17, 27, 32}) {
      if (!why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
      const Symmetry claim = claim_of(*algorithm, ranks);
      const Schedule schedule(*algorithm, {.ranks = ranks});
      for (Rank rank = 1; rank < ranks && claim != Symmetry::kNone; ++rank, ++claims) {
        EXPECT_EQ(difference_from_representative(schedule, Orbits(claim, ranks, 1), rank, 1'000'000), "")
            << algorithm->name << " on " << ranks;
      }
    }
  }
  EXPECT_GT(claims, 1000);
}

// With and without symmetry, by every engine that can: equal in every figure. Elements divide evenly, or not.
TEST(Symmetry, ChangesNoAnswer) {
  int quotients = 0;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : {256, 270}) {
      if (!why_not(*algorithm, {.ranks = ranks}).empty() || claim_of(*algorithm, ranks) == Symmetry::kNone) {
        continue;
      }
      for (const Bytes elements : {Bytes{256} * 270 * 3, Bytes{12345}}) {
        const Machine machine = test_machine(ranks);
        const SimulationReport with = run(*algorithm, ranks, elements, machine);
        const SimulationReport without = run(*algorithm, ranks, elements, machine, {.symmetry = false});
        expect_same(with, without, std::string(algorithm->name) + " on " + std::to_string(ranks));
        EXPECT_NE(without.engine, Engine::kQuotient);
        EXPECT_EQ(without.evaluated, ranks);
        EXPECT_EQ(with.claim_refused, "");
        quotients += with.engine == Engine::kQuotient ? 1 : 0;
      }
    }
  }
  EXPECT_GT(quotients, 30);
}

TEST(Symmetry, HoldsWhereMessagesWaitForTheirReceives) {
  for (const LogGopsForm form : {LogGopsForm::kTextbook, LogGopsForm::kSimulator}) {
    for (const Algorithm* algorithm : {&allreduce_ring, &allreduce_rabenseifner, &allgather_bruck, &alltoall_direct}) {
      Machine machine = test_machine(64);
      machine.between_hosts.S = 40;
      const SimulationReport report =
          run(*algorithm, 64, 64 * 64, machine, {.form = form, .engine = Engine::kQuotient});
      EXPECT_EQ(report.evaluated, 1);
      expect_same(report, run(*algorithm, 64, 64 * 64, machine, {.form = form, .engine = Engine::kEventQueue}),
                  std::string(algorithm->name));
    }
  }
}

/// `ranks` ranks, so many on each host.
[[nodiscard]] SimulationReport run_on_nodes(const Algorithm& algorithm, Rank ranks, Rank on_host,
                                            const Machine& machine, const SimulationOptions& options) {
  const Schedule schedule(algorithm, {.ranks = ranks});
  Mapping mapping;
  for (Rank rank = 0; rank < ranks; ++rank) {
    mapping.push_back(rank / on_host);
  }
  return simulate(schedule, equal_layout(schedule, 7 * ranks, 4), machine, mapping, options);
}

TEST(Symmetry, OfNodesOfSeveralRanks) {
  Machine machine = test_machine(64);
  machine.inside_host.L = 10;
  machine.inside_host.o = 30;
  for (const Algorithm* algorithm : {&allreduce_ring, &allreduce_rabenseifner, &allgather_bruck}) {
    for (const Rank on_host : {4, 8}) {
      const Rank ranks = 64 * on_host;
      const SimulationReport report = run_on_nodes(*algorithm, ranks, on_host, machine, {});
      EXPECT_EQ(report.engine, algorithm == &allreduce_ring ? Engine::kQuotient : report.engine);
      EXPECT_LE(report.evaluated, report.engine == Engine::kQuotient ? on_host : ranks);
      expect_same(report, run_on_nodes(*algorithm, ranks, on_host, machine, {.engine = Engine::kEventQueue}),
                  std::string(algorithm->name) + " with " + std::to_string(on_host) + " ranks a host");
    }
  }
}

TEST(Symmetry, IsNotUsedWhereDistancesDiffer) {
  const SimulationReport report = run(allreduce_ring, 300, 3000, test_machine(300, false));
  EXPECT_EQ(report.engine, Engine::kDataFlow);
  expect_same(report, run(allreduce_ring, 300, 3000, test_machine(300, false), {.engine = Engine::kEventQueue}),
              "ring");
}

Program all_but_one(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const Round round{send(modulo(me + 1, p), problem.whole()), receive(modulo(me - 1, p), problem.whole())};
  co_yield round;
  if (me / 2 == p / 4) {
    const Round more{send(me ^ 1, problem.whole()), receive(me ^ 1, problem.whole())};
    co_yield more;
  }
}

TEST(Symmetry, FalseClaimsAreRefusedAndReported) {
  Algorithm liar{.name = "liar",
                 .collective = Collective::kBroadcast,
                 .cost = "-",
                 .reference = "this test",
                 .needs = {},
                 .program = all_but_one,
                 .pieces = one_piece};
  const SimulationReport expected = run(liar, 256, 100, test_machine(256));
  EXPECT_EQ(expected.claim_refused, "");
  liar.symmetry = same_by_rotation;
  const SimulationReport report = run(liar, 256, 100, test_machine(256));
  EXPECT_EQ(report.engine, Engine::kDataFlow);
  EXPECT_NE(report.claim_refused, "");
  expect_same(report, expected, "liar");
  EXPECT_THROW(run(liar, 256, 100, test_machine(256), {.engine = Engine::kQuotient}), Error);
}

TEST(Stragglers, ArePiecesOfAnAffineFunction) {
  const std::vector<Straggler> some{{.rank = 17, .arrival = 500'000, .cpu_percent = 100},
                                    {.rank = 100, .arrival = 0, .cpu_percent = 180},
                                    {.rank = 299, .arrival = 12'345, .cpu_percent = 70}};
  for (const LogGopsForm form : {LogGopsForm::kTextbook, LogGopsForm::kSimulator}) {
    for (const Algorithm* algorithm : {&allreduce_ring, &allgather_ring, &allgather_bruck, &allreduce_circulant}) {
      for (std::size_t count = 1; count <= some.size(); ++count) {
        SimulationOptions options{.form = form, .stragglers = {some.begin(), some.begin() + static_cast<int>(count)}};
        const SimulationReport report = run(*algorithm, 300, 300 * 70, test_machine(300), options);
        options.engine = Engine::kDataFlow;
        expect_same(report, run(*algorithm, 300, 300 * 70, test_machine(300), options), std::string(algorithm->name));
        options.engine = Engine::kEventQueue;
        expect_same(report, run(*algorithm, 300, 300 * 70, test_machine(300), options), std::string(algorithm->name));
        if (algorithm == &allreduce_ring) {
          EXPECT_EQ(report.engine, Engine::kPiecewiseAffine) << count;
        }
      }
    }
  }
}

TEST(Stragglers, OfNodesOfSeveralRanks) {
  Machine machine = test_machine(128);
  machine.inside_host.L = 10;
  const std::vector<Straggler> one{{.rank = 77, .arrival = 1234, .cpu_percent = 333}};
  const SimulationReport report =
      run_on_nodes(allreduce_ring, 512, 4, machine, {.engine = Engine::kPiecewiseAffine, .stragglers = one});
  EXPECT_EQ(report.evaluated, 4);
  expect_same(report, run_on_nodes(allreduce_ring, 512, 4, machine, {.engine = Engine::kDataFlow, .stragglers = one}),
              "ring");
}

TEST(Stragglers, AreChargedMore) {
  // One message of one byte: o = 100 at each end, L = 1000.
  const auto message = [](std::vector<Straggler> stragglers) {
    return run(broadcast_binomial, 2, 1, test_machine(2), {.stragglers = std::move(stragglers)}).finish;
  };
  EXPECT_EQ(message({}), (std::vector<Picoseconds>{100, 1200}));
  EXPECT_EQ(message({{.rank = 0, .arrival = 50, .cpu_percent = 200}}), (std::vector<Picoseconds>{250, 1350}));
  EXPECT_EQ(message({{.rank = 1, .arrival = 5000, .cpu_percent = 150}}), (std::vector<Picoseconds>{100, 5150}));
}

TEST(Stragglers, AreRefusedInOneLine) {
  const auto refused = [](std::vector<Straggler> stragglers) {
    return run(allreduce_ring, 4, 4, test_machine(4), {.stragglers = std::move(stragglers)});
  };
  EXPECT_THROW(refused({{.rank = 4}}), Error);
  EXPECT_THROW(refused({{.rank = -1}}), Error);
  EXPECT_THROW(refused({{.rank = 0, .arrival = -1}}), Error);
  EXPECT_THROW(refused({{.rank = 0, .cpu_percent = 0}}), Error);
  EXPECT_THROW(refused({{.rank = 0, .cpu_percent = kSlowestPercent + 1}}), Error);
  EXPECT_THROW(refused({{.rank = 1}, {.rank = 1}}), Error);
}

}  // namespace
}  // namespace ringwood
