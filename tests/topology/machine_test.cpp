#include "topology/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "ringwood/error.hpp"

namespace ringwood {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TimePerByte, IsAccurate) {
  EXPECT_EQ(TimePerByte::from_bandwidth(25e9).of(1'000'000), 40'000'000);
  EXPECT_NEAR(static_cast<double>(TimePerByte::from_bandwidth(450e9).of(450'000'000'000)), 1e12, 100);
  EXPECT_EQ(TimePerByte::from_picoseconds(0).of(1 << 30), 0);
  EXPECT_THROW((void)TimePerByte::from_bandwidth(0), Error);
  EXPECT_THROW((void)TimePerByte::from_picoseconds(-1), Error);
}

TEST(Machine, LatencyAndGapComeFromTheRoute) {
  const Machine machine = make_machine("crossbar:hosts=4,latency=1us,hop=100ns,bandwidth=10GB/s");
  const LogGops cost = machine.between(0, 3);
  EXPECT_EQ(cost.L, 2'100'000);
  EXPECT_EQ(cost.G, TimePerByte::from_bandwidth(10e9));
  EXPECT_EQ(cost.o, 0);
  EXPECT_EQ(cost.g, 0);
  EXPECT_EQ(cost.S, std::numeric_limits<Bytes>::max());
}

TEST(Machine, TorusLatencyGrowsWithDistance) {
  const Machine machine = make_machine("torus:dims=8x8,latency=100ns,hop=50ns");
  EXPECT_EQ(machine.between(0, 1).L, 150'000);
  EXPECT_EQ(machine.between(0, 9).L, 300'000);
  EXPECT_EQ(machine.between(0, 7).L, 150'000);
  EXPECT_EQ(machine.between(0, 36).L, 8 * 150'000);
}

TEST(Machine, OverridesApplyToAllDistances) {
  Machine machine = make_machine("crossbar:hosts=4,per-host=2");
  machine.replaced.L = 7;
  machine.replaced.S = 65535;
  machine.replaced.G = TimePerByte::from_picoseconds(6000);
  for (const Host to : {0, 1}) {
    EXPECT_EQ(machine.between(0, to).L, 7);
    EXPECT_EQ(machine.between(0, to).S, 65535);
    EXPECT_EQ(machine.between(0, to).G.of(1000), 6'000'000);
  }
}

TEST(Machine, LocalIsOneHostOrAClearRefusal) {
  try {
    const Machine machine = make_machine("local");
    EXPECT_EQ(machine.network->hosts(), 1);
    EXPECT_GE(machine.ranks_per_host, 1);
    EXPECT_EQ(machine.between(0, 0).L, machine.inside_host.L);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("needs hwloc"));
  }
}

TEST(Machine, TheDefaultHasRoomForItsRanks) {
  const Machine machine = default_machine(48);
  EXPECT_EQ(machine.rank_slots(), 48);
  EXPECT_EQ(machine.between(0, 47).L, 1'000'000);
  EXPECT_EQ(machine.between(0, 47).o, 300'000);
  EXPECT_EQ(make_machine(machine.spec).between(3, 4), machine.between(3, 4));
}

TEST(Mapping, BlockAndRoundRobin) {
  const Machine machine = make_machine("crossbar:hosts=3,per-host=2");
  EXPECT_THAT(make_mapping("block", machine, 6), ElementsAre(0, 0, 1, 1, 2, 2));
  EXPECT_THAT(make_mapping("round-robin", machine, 6), ElementsAre(0, 1, 2, 0, 1, 2));
  EXPECT_THAT(placement_of(make_mapping("round-robin", machine, 4)).levels().at(0).group_of, ElementsAre(0, 1, 2, 0));
}

std::vector<std::string> levels_on(const std::string& spec, Rank ranks, const std::string& map = "block") {
  const Machine machine = make_machine(spec);
  std::vector<std::string> names;
  const Placement placement = placement_of(machine, make_mapping(map, machine, ranks));
  for (const Placement::Level& level : placement.levels()) {
    names.push_back(level.name);
  }
  return names;
}

TEST(Placement, LevelsAreNamedByTheNetwork) {
  EXPECT_THAT(levels_on("fat-tree:leaves=4,hosts-per-leaf=4,per-host=2", 32), ElementsAre("node", "leaf"));
  EXPECT_THAT(levels_on("fat-tree:levels=3,ports=4", 16), ElementsAre("leaf", "pod"));
  EXPECT_THAT(levels_on("dragonfly", 72), ElementsAre("router", "group"));
  EXPECT_THAT(levels_on("dragonfly-plus", 144), ElementsAre("leaf", "group"));
  EXPECT_THAT(levels_on("torus:dims=4x4x4", 64), ElementsAre("row", "plane"));
  EXPECT_THAT(levels_on("gpu-pod:nodes=4,unit=2,per-host=2", 64), ElementsAre("device", "node", "unit"));
  EXPECT_THAT(levels_on("numa:packages=2,numa=2,caches=2", 64), ElementsAre("cache", "numa", "package"));
  EXPECT_THAT(levels_on("fat-tree:leaves=2,hosts-per-leaf=2;node=crossbar:hosts=4", 16), ElementsAre("node", "leaf"));
}

TEST(Placement, LevelsThatTellNothingAreLeftOut) {
  EXPECT_THAT(levels_on("crossbar:hosts=4", 4), ElementsAre("node"));
  EXPECT_THAT(levels_on("dragonfly", 2), ElementsAre("node"));
  EXPECT_THAT(levels_on("dragonfly", 8), ElementsAre("router"));
  // One cache to each memory domain: the same groups once.
  EXPECT_THAT(levels_on("numa", 16), ElementsAre("cache"));
}

TEST(Placement, ExtentsAreThoseOfTheTorus) {
  const Machine machine = make_machine("torus:dims=4x3x2");
  const Placement placement = placement_of(machine, make_mapping("random:5", machine, 24));
  EXPECT_THAT(placement.extents(), ElementsAre(4, 3, 2));
}

TEST(Mapping, RandomIsASeededPermutationOfPlaces) {
  const Machine machine = make_machine("crossbar:hosts=50,per-host=2");
  const Mapping all = make_mapping("random:7", machine, 100);
  for (Host host = 0; host < 50; ++host) {
    EXPECT_EQ(std::count(all.begin(), all.end(), host), 2);
  }
  EXPECT_EQ(all, make_mapping("random:7", machine, 100));
  EXPECT_NE(all, make_mapping("random:8", machine, 100));
  // The first ranks do not depend on how many there are, and the numbers are the same on every system.
  const Mapping few = make_mapping("random:7", machine, 5);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), all.begin()));
}

TEST(Mapping, TooManyRanksAreRefused) {
  const Machine machine = make_machine("crossbar:hosts=3,per-host=2");
  try {
    (void)make_mapping("block", machine, 7);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("room for 6 ranks (3 hosts, 2 ranks each), not for 7"));
  }
  EXPECT_THROW((void)make_mapping("random:x", machine, 2), Error);
  EXPECT_THROW((void)make_mapping("no-such-file", machine, 2), Error);
}

class MappingFile : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    name_ = (std::filesystem::temp_directory_path() / (std::string("ringwood_map_") + info->name())).string();
  }

  void TearDown() override { std::filesystem::remove(name_); }

  Mapping read(const std::string& text, Rank ranks) {
    std::ofstream(name_) << text;
    return make_mapping(name_, make_machine("crossbar:hosts=4,per-host=2"), ranks);
  }

  std::string complaint(const std::string& text, Rank ranks) {
    try {
      (void)read(text, ranks);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      return std::string(error.what()).substr(name_.size());
    }
    return "accepted";
  }

  std::string name_;
};

TEST_F(MappingFile, OneHostALine) {
  EXPECT_THAT(read("3\n# spare\n\n 1  # rank 1\n3\r\n", 3), ElementsAre(3, 1, 3));
}

TEST_F(MappingFile, ErrorsNameLineAndColumn) {
  EXPECT_EQ(complaint("3\n  x\n", 2), ":2:3: expected one host number a line, found 'x'");
  EXPECT_EQ(complaint("3\n1 2\n", 2), ":2:3: unexpected '2'");
  EXPECT_EQ(complaint("3\n4\n", 2), ":2:1: host 4 is not one of 0 to 3");
  EXPECT_EQ(complaint("-1\n", 1), ":1:1: host -1 is not one of 0 to 3");
  EXPECT_EQ(complaint("1\n1\n1\n", 3), ":3:1: host 1 gets more than 2 ranks; raise per-host");
  EXPECT_EQ(complaint("3\n1\n", 3), ":3:1: the file ends, and rank 2 of 3 has no host");
}

}  // namespace
}  // namespace ringwood
