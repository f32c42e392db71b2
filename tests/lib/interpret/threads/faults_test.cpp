// Planted faults at random places of random schedules, by threads under a hostile scheduler: a rank that ends, a
// message that is lost. The promise: a right result, or an error that names rank, round and peer within the timeout.
// RINGWOOD_TRIALS says how many of each.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <regex>

#include "ringwood/layouts.hpp"
#include "ringwood/threads.hpp"
#include "tests/random_problem.hpp"

namespace ringwood {
namespace {

constexpr auto kTimeout = std::chrono::milliseconds(400);

int trials() {
  const char* const given = std::getenv("RINGWOOD_TRIALS");
  return given == nullptr ? 60 : std::atoi(given);
}

/// One of the algorithms that any number of ranks can do, some of them of many lanes.
const char* algorithm(std::uint32_t random) {
  static constexpr const char* kAlgorithms[] = {
      "ring",     "recursive-doubling", "lanes(3, ring)", "double-tree",    "rabenseifner",
      "one-shot", "circulant",          "multi-ring",     "segmented-ring", "binomial"};
  return kAlgorithms[random % std::size(kAlgorithms)];
}

struct Outcome {
  bool ok = false;
  bool in_time = false;
  std::vector<std::string> errors;
  std::string first;
  std::string wrong;
};

Outcome run(const RandomProblem& problem, const Hostility& hostility, bool checksum = false) {
  const Placement placement = problem.placement();
  const MaybeSchedule maybe = schedule_of(problem, placement);
  const ValueKind kind = problem.kind();
  std::vector<RankCase> cases;
  for (Rank rank = 0; rank < problem.ranks; ++rank) {
    cases.emplace_back(kind, problem.asked(), rank, problem.ranks);
  }
  std::vector<RankBuffers> buffers;
  for (RankCase& one : cases) {
    buffers.push_back({one.send(), one.receive()});
  }
  const Layout layout =
      equal_layout(*maybe.schedule, static_cast<Bytes>(problem.elements), kind.reduction.element_size);
  const auto start = std::chrono::steady_clock::now();
  const ThreadsReport report =
      run_on_threads(*maybe.schedule, layout, &kind.reduction, buffers,
                     {.checksum = checksum, .eager_limit = 64, .timeout = kTimeout, .hostility = &hostility});
  Outcome outcome{.ok = report.ok, .errors = report.errors, .first = report.error, .wrong = {}};
  // A loaded machine may be late; a hang would be without end.
  outcome.in_time = std::chrono::steady_clock::now() - start < kTimeout + std::chrono::seconds(10);
  for (const RankCase& one : cases) {
    if (report.ok && outcome.wrong.empty()) {
      outcome.wrong = one.wrong();
    }
  }
  return outcome;
}

RandomProblem problem_of(std::minstd_rand& random) {
  RandomProblem problem;
  problem.ranks = static_cast<Rank>(2 + random() % 8);
  problem.elements = random() % 3000;
  problem.seed = random() % 1000;
  problem.algorithm = algorithm(static_cast<std::uint32_t>(random()));
  return problem;
}

TEST(Faults, a_rank_that_ends_ends_all) {
  std::minstd_rand random(4001);
  int hit = 0;
  for (int trial = 0; trial < trials(); ++trial) {
    const RandomProblem problem = problem_of(random);
    const Hostility hostility{.seed = static_cast<std::uint64_t>(trial),
                              .faulty = static_cast<Rank>(random() % static_cast<std::uint32_t>(problem.ranks)),
                              .dies = static_cast<std::int64_t>(random() % 12)};
    SCOPED_TRACE(problem.text() + ", rank " + std::to_string(hostility.faulty) + " ends at start " +
                 std::to_string(hostility.dies));
    const Outcome outcome = run(problem, hostility);
    EXPECT_TRUE(outcome.in_time);
    if (outcome.ok) {
      EXPECT_EQ(outcome.wrong, "");  // the schedule ended before
      continue;
    }
    ++hit;
    EXPECT_TRUE(std::regex_search(outcome.first, std::regex("^rank " + std::to_string(hostility.faulty) +
                                                            "(, lane [0-9]+)?, round [0-9]+: ended by a planted")))
        << outcome.first;
    for (const std::string& error : outcome.errors) {
      EXPECT_TRUE(
          error.empty() || error == outcome.first ||
          std::regex_search(error, std::regex("^rank [0-9]+(, lane [0-9]+)?, round [0-9]+.*another rank failed")) ||
          error.find("another rank failed") != std::string::npos)
          << error;
    }
  }
  EXPECT_GT(hit, trials() / 3);
}

TEST(Faults, a_lost_message_is_missed_by_its_receiver) {
  std::minstd_rand random(4002);
  int hit = 0;
  for (int trial = 0; trial < trials() / 4; ++trial) {
    RandomProblem problem = problem_of(random);
    problem.elements += static_cast<std::size_t>(problem.ranks);  // nobody's share is empty
    const Hostility hostility{.seed = static_cast<std::uint64_t>(trial),
                              .faulty = static_cast<Rank>(random() % static_cast<std::uint32_t>(problem.ranks)),
                              .loses = static_cast<std::int64_t>(random() % 3)};
    SCOPED_TRACE(problem.text() + ", rank " + std::to_string(hostility.faulty) + " loses message " +
                 std::to_string(hostility.loses));
    const Outcome outcome = run(problem, hostility);
    EXPECT_TRUE(outcome.in_time);
    if (outcome.ok) {
      EXPECT_EQ(outcome.wrong, "");
      continue;
    }
    ++hit;
    EXPECT_TRUE(std::regex_search(
        outcome.first,
        std::regex("^rank [0-9]+(, lane [0-9]+, round [0-9]+(; lane [0-9]+, round [0-9]+)*(; ...)?|, round [0-9]+): "
                   "(no answer: (receive from|send to) rank [0-9]+, lane [0-9]+|a message of [0-9]+ bytes met)")))
        << outcome.first;
  }
  EXPECT_GT(hit, trials() / 16);
}

// with checksums a message of which one bit was flipped on its way is always an error that names the sender;
// without, a wrong result that nobody sees.
TEST(Faults, a_flipped_bit_is_seen_with_checksums) {
  std::minstd_rand random(4003);
  int hit = 0;
  int unseen = 0;
  for (int trial = 0; trial < trials(); ++trial) {
    RandomProblem problem = problem_of(random);
    problem.elements += static_cast<std::size_t>(problem.ranks);
    Hostility hostility{.seed = static_cast<std::uint64_t>(trial),
                        .faulty = static_cast<Rank>(random() % static_cast<std::uint32_t>(problem.ranks)),
                        .flips = static_cast<std::int64_t>(random() % 12)};
    SCOPED_TRACE(problem.text() + ", a bit is flipped in message " + std::to_string(hostility.flips) + " of rank " +
                 std::to_string(hostility.faulty));
    const Outcome outcome = run(problem, hostility, true);
    EXPECT_EQ(outcome.wrong, "");
    if (!outcome.ok) {
      ++hit;
      EXPECT_THAT(outcome.first,
                  testing::HasSubstr("receiving from rank " + std::to_string(hostility.faulty) + ": of"));
      EXPECT_THAT(outcome.first, testing::HasSubstr("the checksums differ"));
    }
    hostility.flips /= 2;  // no checksums between the messages
    unseen += run(problem, hostility, false).wrong.empty() ? 0 : 1;
  }
  std::printf("%d trials: %d hit and seen; without checksums %d wrong results\n", trials(), hit, unseen);
  EXPECT_GT(hit, trials() / 3);
  EXPECT_GT(unseen, trials() / 3);
}

}  // namespace
}  // namespace ringwood
