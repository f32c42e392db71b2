#include "topology/presets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "ringwood/error.hpp"
#include "topology/facts.hpp"

namespace ringwood {
namespace {

TEST(Presets, AllWorkByNameAndMarkTheirNumbers) {
  for (const MachinePreset& preset : machine_presets()) {
    const Machine machine = make_machine(std::string(preset.name));
    const Host last = machine.network->hosts() - 1;
    EXPECT_GT(machine.between(0, last).L, 0) << preset.name;
    EXPECT_THAT(preset.sources, testing::ContainsRegex("\\[[PAC]")) << preset.name;
    EXPECT_THROW((void)make_machine(std::string(preset.name) + ":no-such-key=1"), Error) << preset.name;
  }
}

TEST(Presets, HaveTheSizesOfTheMachines) {
  const auto facts = [](const char* name) { return facts_of(make_machine(name)); };
  EXPECT_EQ(facts("frontier").hosts, 74 * 128 * 4);
  EXPECT_EQ(facts("fugaku").hosts, 158976);
  EXPECT_EQ(facts("lumi").hosts, 24 * 128 * 4);
  EXPECT_EQ(facts("leonardo").hosts, 19 * 180 * 2);
  EXPECT_EQ(facts("dgx-h100:units=4").hosts, 1024);
  EXPECT_EQ(facts("dgx-h100:units=4").switches, 128 + 32 + 16);
  EXPECT_DOUBLE_EQ(facts("dgx-h100:units=2").injection, 500e9);
  EXPECT_EQ(facts("marenostrum5").hosts, 1120 * 4);
  EXPECT_EQ(facts("summit").hosts, 4608);
  EXPECT_EQ(facts("summit").rank_slots, 4608 * 6);
  EXPECT_EQ(facts("tpu-v4").hosts, 4096);
  EXPECT_DOUBLE_EQ(facts("tpu-v4").bisection.value(), 2 * 256 * 50e9);
  // Ten ports a node: two each for X, Y, Z and b, one each for a and c.
  EXPECT_DOUBLE_EQ(facts("fugaku").injection, 10 * 6.8e9);
}

TEST(Presets, MareNostrumHasHalfTheBandwidthBetweenItsSubtrees) {
  const Machine machine = make_machine("marenostrum5");
  std::vector<LinkId> route;
  std::set<LinkId> out;
  for (Host from = 0; from < 640; ++from) {
    for (Host to = 640; to < 4480; ++to) {
      machine.network->route(from, to, route);
      ASSERT_EQ(route.size(), 6U) << from << " to " << to;
      out.insert(route[2]);
    }
  }
  EXPECT_EQ(out.size(), 320U);
}

TEST(Presets, RefuseShapesThatCannotBeBuilt) {
  EXPECT_THROW((void)make_machine("tpu-v4:shape=6x4x4"), Error);
  EXPECT_THROW((void)make_machine("tpu-v4:shape=4x4"), Error);
  EXPECT_THROW((void)make_machine("dgx-h100:units=3"), Error);
  EXPECT_THROW((void)make_machine("lumi:global-links=30"), Error);
}

}  // namespace
}  // namespace ringwood
