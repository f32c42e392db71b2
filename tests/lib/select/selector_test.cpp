#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/select.hpp"

namespace ringwood {
namespace {

// One byte a microsecond, ten microseconds to start: sums can be done in the head.
CostView simple_costs() {
  return {
      .between = [](Rank, Rank) { return MessageCost{.latency = 10e-6, .overhead = 0, .gap = 0, .per_byte = 1e-6}; },
      .reduce_per_byte = 0.5e-6};
}

TEST(Estimate, RingAllreduceCostsWhatItsRoundsCost) {
  const Schedule schedule(allreduce_ring, {.ranks = 4});
  // 6 rounds of 10 us and 2 bytes; 3 of them reduce 2 bytes.
  EXPECT_NEAR(estimate(schedule, equal_layout(schedule, 8, 1), simple_costs()), (6 * (10 + 2) + 3 * 2 * 0.5) * 1e-6,
              1e-15);
}

TEST(Estimate, MessagesOfAllLanesKeepTheirRankBusy) {
  CostView costs = simple_costs();
  costs.between = [](Rank, Rank) {
    return MessageCost{.latency = 10e-6, .overhead = 0, .gap = 3e-6, .per_byte = 1e-6, .rendezvous = 5e-6, .eager = 7};
  };
  costs.reduce_per_byte = 0;
  Parameters parameters;
  parameters.set("segments", {4});
  const Schedule schedule(allreduce_segmented_ring, {.ranks = 2}, parameters);
  // Four lanes of two rounds of a message each; each lane waits while others are busy.
  // Of 64 bytes each message carries 8, which is more than goes without asking.
  const auto us = [&](Bytes bytes) { return estimate(schedule, equal_layout(schedule, bytes, 1), costs) * 1e6; };
  EXPECT_NEAR(us(64), 8 * (3 + 8 + 5), 1e-9);
  EXPECT_NEAR(us(56), 8 * (3 + 7), 1e-9);
}

TEST(Estimate, LeavesOutRoundsThatAreAlike) {
  // Of 999 elements one chunk is empty, so that each round counts.
  const Schedule schedule(allreduce_ring, {.ranks = 1000});
  const double all = estimate(schedule, equal_layout(schedule, 999, 1), simple_costs());
  EXPECT_NEAR(estimate(schedule, equal_layout(schedule, 1000, 1), simple_costs()), all, 0.01 * all);
}

TEST(Estimate, StopsOnceItIsEnough) {
  const Schedule schedule(allreduce_bidirectional_ring, {.ranks = 1000});
  const double enough = estimate(schedule, equal_layout(schedule, 1000, 1), simple_costs(), 100e-6);
  EXPECT_GT(enough, 100e-6);
  EXPECT_LT(enough, 120e-6);
}

TEST(Selector, TakesFewRoundsForSmallVectorsAndFewBytesForLargeOnes) {
  const Selector selector(built_in_catalogue(), simple_costs());
  SelectionQuestion question{.collective = Collective::kAllreduce, .request = {.ranks = 16}, .elements = 16};
  const Selection small = selector.select(question);
  EXPECT_LT(small.seconds, 30 * 10e-6) << small.algorithm->name;
  question.elements = 1 << 24;
  const Selection large = selector.select(question);
  // 2(p-1)/p n bytes and (p-1)/p n reductions are the bound.
  EXPECT_LT(large.seconds, 1.01 * (2 * 15.0 / 16 + 0.5 * 15.0 / 16) * (1 << 24) * 1e-6) << large.algorithm->name;
}

TEST(Selector, NeverTakesWhatCannotDoTheProblemAndSaysWhy) {
  const Selector selector(built_in_catalogue(), simple_costs());
  const Selection selection = selector.select(
      {.collective = Collective::kAllreduce, .request = {.ranks = 6, .commutative = false}, .elements = 1 << 20});
  EXPECT_FALSE(selection.algorithm->needs.commutative);
  bool ring_refused = false;
  for (const Candidate& candidate : selection.candidates) {
    ring_refused |= candidate.algorithm == &allreduce_ring && !candidate.why_not.empty();
  }
  EXPECT_TRUE(ring_refused);
}

TEST(Selector, AsksThePredictorAboutTheShortListAndBelievesIt) {
  const Predictor against_the_estimate = [](const Schedule& schedule, const Layout&) {
    return schedule.algorithm().name == "ring" ? 1e-9 : 1.0;
  };
  const Selector selector(built_in_catalogue(), simple_costs(), against_the_estimate);
  const Selection selection =
      selector.select({.collective = Collective::kAllgather, .request = {.ranks = 2}, .elements = 1 << 20});
  EXPECT_EQ(selection.algorithm->name, "ring");
}

TEST(Selector, RefusesACollectiveWithoutAlgorithms) {
  const Selector selector(Catalogue{}, simple_costs());
  EXPECT_THROW(static_cast<void>(selector.select({.request = {.ranks = 2}})), Error);
}

}  // namespace
}  // namespace ringwood
