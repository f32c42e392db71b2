#include "topology/facts.hpp"

#include <gtest/gtest.h>

namespace ringwood {
namespace {

TEST(Facts, OfASmallTorus) {
  const MachineFacts facts = facts_of(make_machine("torus:dims=4x4,bandwidth=1GB/s,per-host=3"));
  EXPECT_EQ(facts.hosts, 16);
  EXPECT_EQ(facts.rank_slots, 48);
  EXPECT_EQ(facts.switches, 0);
  EXPECT_EQ(facts.cables, 32);
  EXPECT_EQ(facts.diameter, 4);
  EXPECT_DOUBLE_EQ(facts.injection, 4e9);
  EXPECT_DOUBLE_EQ(facts.fastest_link, 1e9);
  EXPECT_DOUBLE_EQ(facts.capacity, 64e9);
  EXPECT_EQ(facts.least_hops, 1);
  EXPECT_DOUBLE_EQ(facts.bisection.value(), 8e9);
  EXPECT_EQ(facts.bisection_source, "formula");
  EXPECT_TRUE(facts.hosts_are_alike);
  EXPECT_TRUE(facts.distances_exact);
  EXPECT_EQ(facts.latency_min, 200'000);
  EXPECT_EQ(facts.latency_max, 800'000);
}

TEST(Facts, BisectionWithoutAFormulaIsAFlow) {
  const MachineFacts facts = facts_of(make_machine("torus:dims=5x3,bandwidth=1GB/s"));
  EXPECT_NE(facts.bisection_source, "formula");
  EXPECT_GE(facts.bisection.value(), 6e9);
}

TEST(Facts, OfAMillionHosts) {
  const MachineFacts facts = facts_of(make_machine("torus:dims=128x128x64"));
  EXPECT_EQ(facts.hosts, 1 << 20);
  EXPECT_EQ(facts.diameter, 64 + 64 + 32);
  EXPECT_TRUE(facts.distances_exact);
}

}  // namespace
}  // namespace ringwood
