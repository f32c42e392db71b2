#include "sim/simulate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "tests/sim/machines.hpp"
#include "tests/sim/made_of.hpp"

// Sums are worked with the numbers of test_machine: L = 1000, o = 100, g = 50, G = 10 a byte, gamma = 3 a byte.

namespace ringwood {
namespace {

Program one_message(const Problem& problem, Rank me) {
  if (me == 0) {
    const Round round{send(1, problem.whole())};
    co_yield round;
  } else {
    const Round round{receive(0, problem.whole())};
    co_yield round;
  }
}

Program two_into_one(const Problem& problem, Rank me) {
  if (me == 2) {
    const Round round{receive(0, problem.whole()), receive(1, problem.whole())};
    co_yield round;
  } else {
    const Round round{send(2, problem.whole())};
    co_yield round;
  }
}

Program one_to_two(const Problem& problem, Rank me) {
  if (me == 0) {
    const Round round{send(1, problem.whole()), send(2, problem.whole())};
    co_yield round;
  } else {
    const Round round{receive(0, problem.whole())};
    co_yield round;
  }
}

// Rank 1 first waits for rank 2, which first waits for rank 3: rank 0's message finds it busy.
Program late_receive(const Problem& problem, Rank me) {
  if (me == 0) {
    const Round round{send(1, problem.whole())};
    co_yield round;
  } else if (me == 2) {
    const Round round{send(3, problem.whole())};
    co_yield round;
  } else if (me == 3) {
    const Round first{receive(2, problem.whole())};
    co_yield first;
    const Round second{send(1, problem.whole())};
    co_yield second;
  } else {
    const Round first{receive(3, problem.whole())};
    co_yield first;
    const Round second{receive(0, problem.whole())};
    co_yield second;
  }
}

Program everybody_waits(const Problem& problem, Rank me) {
  const Round round{receive((me + 1) % problem.ranks, problem.whole())};
  co_yield round;
}

Program nobody_receives(const Problem& problem, Rank me) {
  if (me == 0) {
    const Round round{send(1, problem.whole())};
    co_yield round;
  }
}

class BothEngines : public testing::TestWithParam<Engine> {
 protected:
  [[nodiscard]] SimulationOptions options(LogGopsForm form = LogGopsForm::kTextbook) const {
    return {.form = form, .engine = GetParam(), .critical_path = true};
  }
};

TEST_P(BothEngines, OneMessageCostsLatencyTwoOverheadsAndItsBytes) {
  // 0 sends at 0, is free at 100. Head at 1100, last of 11 bytes at 1200, received at 1300 = L + 2o + 10 G.
  for (const LogGopsForm form : {LogGopsForm::kTextbook, LogGopsForm::kSimulator}) {
    const SimulationReport report = run(made_of(one_message), 2, 11, test_machine(2), options(form));
    EXPECT_THAT(report.finish, testing::ElementsAre(100, 1300));
    EXPECT_EQ(report.messages, 1);
    EXPECT_EQ(report.bytes_sent_max, 11);
    EXPECT_EQ(report.critical_path.latency, 1000);
    EXPECT_EQ(report.critical_path.overhead, 200);
    EXPECT_EQ(report.critical_path.bandwidth, 100);
  }
}

TEST_P(BothEngines, CorrectionsBySizeAreOfLatencyOrOfTheBody) {
  struct Case {
    Picoseconds correction, latency, bandwidth;
  };

  for (const Case& one : {Case{500, 1500, 100}, Case{-60, 1000, 40}, Case{-400, 700, 0}, Case{-5000, 0, 0}}) {
    Machine machine = test_machine(2);
    // On a straight line from 1 byte to 21.
    machine.between_hosts.corrections =
        std::make_shared<const SizeCorrections>(std::vector<SizeCorrections::Point>{{1, 0}, {21, 2 * one.correction}});
    for (const LogGopsForm form : {LogGopsForm::kTextbook, LogGopsForm::kSimulator}) {
      const SimulationReport report = run(made_of(one_message), 2, 11, machine, options(form));
      EXPECT_EQ(report.time, one.latency + one.bandwidth + 200);
      EXPECT_EQ(report.critical_path.latency, one.latency);
      EXPECT_EQ(report.critical_path.bandwidth, one.bandwidth);
    }
    const SimulationReport flow = run(made_of(one_message), 2, 11, machine, {.model = CostModel::kFlow});
    // Of 11 bytes in 110 ps, where LogGOPS counts one less.
    EXPECT_NEAR(static_cast<double>(flow.time), static_cast<double>(one.latency + one.bandwidth + 200), 11);
  }
}

TEST_P(BothEngines, TwoMessagesIntoOneRank) {
  // Heads of both at 1100, 11 bytes.
  // Textbook: NIC 1100..1250 for the first (g + 10 G = 150), all in at 1200, CPU 1200..1300.
  //   Second taken in at 1250, all in at 1350, CPU 1350..1450.
  EXPECT_EQ(run(made_of(two_into_one), 3, 11, test_machine(3), options()).finish[2], 1450);
  // Simulator: CPU 1100..1300 for the first (o + 10 G), NIC until 1250. Second from 1300 to 1500.
  EXPECT_EQ(run(made_of(two_into_one), 3, 11, test_machine(3), options(LogGopsForm::kSimulator)).finish[2], 1500);
}

TEST_P(BothEngines, GapBetweenTwoSends) {
  // First at 0: CPU free at 100, NIC at 150. Second at 150: head at 1250, in at 1350, received at 1450.
  const SimulationReport report = run(made_of(one_to_two), 3, 11, test_machine(3), options());
  EXPECT_THAT(report.finish, testing::ElementsAre(250, 1300, 1450));
  EXPECT_EQ(report.critical_path.waiting, 50);  // for the NIC, from 100 to 150
}

TEST_P(BothEngines, OverheadPerByte) {
  // O = 20 > G = 10, 11 bytes. Sender free at 100 + 200. Head at 1100, all in at 1100 + 10 * 20 = 1300.
  // Textbook: CPU 1300..1600. Simulator: CPU 1100..1400.
  Machine machine = test_machine(2);
  machine.between_hosts.O.scaled = std::uint64_t{20} << 32U;
  EXPECT_THAT(run(made_of(one_message), 2, 11, machine, options()).finish, testing::ElementsAre(300, 1600));
  EXPECT_THAT(run(made_of(one_message), 2, 11, machine, options(LogGopsForm::kSimulator)).finish,
              testing::ElementsAre(300, 1400));
}

TEST_P(BothEngines, RendezvousWaitsForTheReceive) {
  // 3 gets 2's message at 1300, sends at 1300: head at 1 at 2400, in at 2500, received at 2600. Only then does 1
  // post the receive for 0's message, whose head was there at 1100: match at 2600, which is when 0 goes on.
  Machine machine = test_machine(4);
  machine.between_hosts.S = 10;
  const SimulationReport report = run(made_of(late_receive), 4, 11, machine, options());
  // 1: the posted order takes 0's message in after 3's: NIC free at 2400 + 150 = 2550, in at 2650, received at 2750.
  EXPECT_THAT(report.finish, testing::ElementsAre(2600, 2750, 1100, 2400));
  EXPECT_EQ(report.order_sensitive, 1);
  machine.between_hosts.S = 11;
  EXPECT_EQ(run(made_of(late_receive), 4, 11, machine, options()).finish[0], 100);
}

TEST_P(BothEngines, RingTakesItsClosedForm) {
  // 2(p-1)(L + 2o + (m-1)G) + (p-1) gamma m with m = n / p.
  for (const Rank p : {2, 3, 4, 16}) {
    for (const Bytes m : {1, 2, 1000}) {
      const SimulationReport report = run(allreduce_ring, p, m * p, test_machine(p), options());
      EXPECT_EQ(report.time, 2 * (p - 1) * (1000 + 200 + (m - 1) * 10) + (p - 1) * 3 * m) << p << " ranks, " << m;
      EXPECT_EQ(report.rounds, 2 * (p - 1));
      EXPECT_EQ(report.messages, 2 * p * (p - 1));
      EXPECT_EQ(report.order_sensitive, 0);
    }
  }
}

TEST_P(BothEngines, NothingToSendTakesNoTime) {
  const SimulationReport report = run(allreduce_ring, 5, 0, test_machine(5), options());
  EXPECT_EQ(report.time, 0);
  EXPECT_EQ(report.messages, 0);
}

TEST_P(BothEngines, DeadlockAndLeftoversAreNamed) {
  const auto message_of = [&](const Algorithm& algorithm) -> std::string {
    try {
      static_cast<void>(run(algorithm, 2, 8, test_machine(2), options()));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message_of(made_of(everybody_waits)),
              testing::HasSubstr("rank 0 in round 0 waits for a message from rank 1"));
  EXPECT_THAT(message_of(made_of(nobody_receives)), testing::HasSubstr("from rank 0 to rank 1 that is never received"));
}

INSTANTIATE_TEST_SUITE_P(Engines, BothEngines, testing::Values(Engine::kDataFlow, Engine::kEventQueue));

TEST(Engines, AgreeOnTheCatalogue) {
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank p : {1, 2, 3, 5, 8, 13}) {
      if (!why_not(*algorithm, {.ranks = p}).empty()) {
        continue;
      }
      for (const LogGopsForm form : {LogGopsForm::kTextbook, LogGopsForm::kSimulator}) {
        for (const Bytes rendezvous_above : {Bytes{1} << 40, Bytes{20}}) {
          Machine machine = test_machine(p, false);
          machine.between_hosts.S = rendezvous_above;
          MessageLog log_of_queue;
          MessageLog log;
          SimulationOptions options{.form = form, .critical_path = true, .log = &log};
          const SimulationReport report = run(*algorithm, p, 103, machine, options);
          options.engine = Engine::kEventQueue;
          options.log = &log_of_queue;
          const SimulationReport of_queue = run(*algorithm, p, 103, machine, options);
          SCOPED_TRACE(std::string(name_of(algorithm->collective)) + " " + std::string(algorithm->name));
          EXPECT_EQ(report.finish, of_queue.finish);
          EXPECT_EQ(report.order_sensitive, of_queue.order_sensitive);
          EXPECT_EQ(report.rounds, of_queue.rounds);
          sort_messages(log);
          sort_messages(log_of_queue);
          EXPECT_EQ(log, log_of_queue);
          for (const SimulationReport& either : {report, of_queue}) {
            const CriticalPath& path = either.critical_path;
            EXPECT_EQ(path.latency + path.overhead + path.bandwidth + path.reduction + path.waiting, either.time);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace ringwood
