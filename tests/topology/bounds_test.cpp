#include "topology/bounds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

namespace ringwood {
namespace {

Picoseconds ms(std::int64_t milliseconds) {
  return milliseconds * 1'000'000'000;
}

TimeBounds bounds_on(const std::string& spec, Rank ranks, const Demand& demand,
                     LinkSharing sharing = LinkSharing::kShared, const std::string& map = "block") {
  const Machine machine = make_machine(spec);
  const MachineFacts facts = facts_of(machine);
  const Mapping mapping = make_mapping(map, machine, ranks);
  return Bounds(machine, facts, mapping, sharing, true).of(demand);
}

constexpr Demand kAllreduceOf8MB{.collective = Collective::kAllreduce, .root = 0, .bytes = 8'000'000};

TEST(BroadcastTime, DoublesWhereTheNextMessageWaitsForTheLast) {
  for (Rank p = 2; p <= 100; ++p) {
    EXPECT_EQ(broadcast_time(p, 1000, 1000), 1000 * std::bit_width(static_cast<unsigned>(p - 1))) << p;
    EXPECT_EQ(broadcast_time(p, 1000, 0), 1000) << p;
  }
  EXPECT_EQ(broadcast_time(1, 1000, 1000), 0);
  EXPECT_EQ(broadcast_time(2, 1000, 100'000), 1000);
}

// The example of Karp, Sahay, Santos and Schauser: P = 8, L = 6, g = 4, o = 2 take 24.
TEST(BroadcastTime, IsThatOfTheLogPTree) {
  EXPECT_EQ(broadcast_time(8, 10, 4), 24);
}

TEST(BroadcastTime, TakesAMillionRanks) {
  EXPECT_EQ(broadcast_time(1 << 20, 1'600'000, 1'600'000), 20 * 1'600'000);
  EXPECT_LT(broadcast_time(1 << 20, 1'600'000, 300'000), 20 * 1'600'000);
}

TEST(Bounds, OfACrossbarAreItsPorts) {
  const TimeBounds bounds = bounds_on("crossbar:hosts=8,latency=450ns,hop=100ns,bandwidth=1GB/s", 8, kAllreduceOf8MB);
  EXPECT_EQ(bounds[BoundKind::kBytes], ms(14));  // 2 * 7/8 of 8 MB at 1 GB/s
  EXPECT_EQ(bounds[BoundKind::kPartition], ms(14));
  EXPECT_EQ(bounds[BoundKind::kCut], ms(8));  // all of it out of each host
  EXPECT_EQ(bounds[BoundKind::kHops], ms(14));
  EXPECT_EQ(bounds.binding(), BoundKind::kBytes);
  EXPECT_EQ(bounds[BoundKind::kRounds], 1'000'000);  // nothing keeps a port from sending at once
}

TEST(Bounds, OfSmallVectorsAreRounds) {
  const Demand small{.collective = Collective::kAllreduce, .root = 0, .bytes = 8};
  const TimeBounds bounds = bounds_on("crossbar:hosts=8,latency=450ns,hop=100ns,bandwidth=1GB/s", 8, small);
  EXPECT_EQ(bounds.binding(), BoundKind::kRounds);
}

TEST(Bounds, OfATaperedTreeAreItsUplinks) {
  // Four leaves of four hosts; a leaf has one cable up.
  const Machine machine = make_machine("fat-tree:leaves=4,hosts-per-leaf=4,spines=1,taper=1:4,bandwidth=1GB/s");
  const MachineFacts facts = facts_of(machine);
  const Mapping mapping = make_mapping("block", machine, 16);
  const Bounds bounds(machine, facts, mapping, LinkSharing::kShared, true);
  const auto leaves = std::find_if(bounds.partitions().begin(), bounds.partitions().end(),
                                   [](const Partition& partition) { return partition.name == "leaf"; });
  ASSERT_NE(leaves, bounds.partitions().end());
  EXPECT_EQ(leaves->ranks, (std::vector<Rank>{4, 4, 4, 4}));
  for (const double outgoing : leaves->outgoing) {
    EXPECT_DOUBLE_EQ(outgoing, 1e9);
  }
  // A quarter of what every rank has must leave a leaf for each of the others': 3/16 of all p x p blocks.
  const TimeBounds alltoall = bounds.of({.collective = Collective::kAlltoall, .root = 0, .bytes = 16'000'000});
  EXPECT_EQ(alltoall[BoundKind::kCut], ms(3));
  EXPECT_EQ(alltoall[BoundKind::kPartition], ms(3));
  EXPECT_LT(alltoall[BoundKind::kBytes], ms(1));
}

TEST(Bounds, OfRanksThatShareHostsAreThoseOfTheirHosts) {
  const std::string spec = "crossbar:hosts=4,bandwidth=1GB/s,per-host=4";
  const TimeBounds together = bounds_on(spec, 16, kAllreduceOf8MB);
  EXPECT_EQ(together[BoundKind::kPartition], ms(12));  // 2 * 3/4
  EXPECT_EQ(together[BoundKind::kBytes], 0);
  // Ranks that need not share a link have four ports a host.
  const TimeBounds apart = bounds_on(spec, 16, kAllreduceOf8MB, LinkSharing::kNone);
  EXPECT_EQ(apart[BoundKind::kPartition], 0);
  EXPECT_GT(apart[BoundKind::kBytes], 0);
  // On one host the memory is what there is.
  const TimeBounds alone = bounds_on(spec, 4, kAllreduceOf8MB);
  EXPECT_EQ(alone[BoundKind::kCut], 0);
  EXPECT_GT(alone[BoundKind::kBytes], 0);
}

TEST(Bounds, OfATorusAreAllPortsWhereLinksAreSharedAndOneWhereNot) {
  const std::string torus = "torus:dims=4x4,bandwidth=1GB/s";
  EXPECT_EQ(bounds_on(torus, 16, kAllreduceOf8MB)[BoundKind::kPartition], ms(15) / 4);
  EXPECT_EQ(bounds_on(torus, 16, kAllreduceOf8MB)[BoundKind::kHops], ms(15) / 4);
  EXPECT_EQ(bounds_on(torus, 16, kAllreduceOf8MB, LinkSharing::kNone)[BoundKind::kBytes], 15'000'000'000 - 1000);
}

TEST(Bounds, OfNothingAreNothing) {
  const Demand nothing{.collective = Collective::kAllreduce, .root = 0, .bytes = 0};
  EXPECT_EQ(bounds_on("crossbar:hosts=4", 4, nothing)[BoundKind::kRounds], 0);
  const Demand barrier{.collective = Collective::kBarrier, .root = 0, .bytes = 0};
  EXPECT_GT(bounds_on("crossbar:hosts=4", 4, barrier)[BoundKind::kRounds], 0);
  EXPECT_EQ(bounds_on("crossbar:hosts=4", 1, kAllreduceOf8MB)[BoundKind::kRounds], 0);
}

}  // namespace
}  // namespace ringwood
