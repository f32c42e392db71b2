#include "tools/cli/link_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ringwood/error.hpp"
#include "tools/cli/timeline.hpp"
#include "topology/machine.hpp"

namespace ringwood::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::set<std::string> levels_of(const std::string& spec) {
  const Machine machine = make_machine(spec);
  std::set<std::string> levels;
  for (LinkId link = 0; link < machine.network->links(); ++link) {
    levels.insert(level_name(*machine.network, link));
  }
  return levels;
}

TEST(LinkNames, LevelsAreWhatLinksHaveInCommon) {
  EXPECT_THAT(levels_of("crossbar:hosts=4"), ElementsAre("host -> switch", "switch -> host"));
  EXPECT_THAT(levels_of("fat-tree:leaves=4,hosts-per-leaf=4,spines=2"),
              ElementsAre("host -> leaf", "leaf -> host", "leaf -> spine", "spine -> leaf"));
  EXPECT_THAT(levels_of("torus:dims=4x4"), ElementsAre("dimension 0", "dimension 1"));
  EXPECT_THAT(levels_of("dragonfly"),
              ElementsAre("between groups", "between routers", "group router -> host", "host -> group router"));
}

TEST(LinkNames, LinksAreFoundByNameNumberAndLevel) {
  const Machine machine = make_machine("crossbar:hosts=4");
  EXPECT_EQ(link_name(*machine.network, 5), "switch -> host 2");
  EXPECT_THAT(links_named(*machine.network, "switch -> host 2"), ElementsAre(5));
  EXPECT_THAT(links_named(*machine.network, "#5"), ElementsAre(5));
  EXPECT_THAT(links_named(*machine.network, "switch -> host"), ElementsAre(1, 3, 5, 7));
}

TEST(LinkNames, DegradedNetworks) {
  const Machine machine = make_machine("crossbar:hosts=4,bandwidth=1GB/s");
  const auto network = degraded(machine.network, "host -> switch=0.5;#1=0.25");
  EXPECT_DOUBLE_EQ(network->link(0).bandwidth, 0.5e9);
  EXPECT_DOUBLE_EQ(network->link(1).bandwidth, 0.25e9);
  EXPECT_DOUBLE_EQ(network->link(3).bandwidth, 1e9);
  for (const char* wrong : {"nowhere=0.5", "#8=0.5", "#1=-1", "#1", "#1=x"}) {
    EXPECT_THROW(static_cast<void>(degraded(machine.network, wrong)), Error) << wrong;
  }
}

TEST(LinkNames, RoutingIsWhatTheMachineSays) {
  EXPECT_EQ(routing_of("fat-tree:leaves=4"), "static");
  EXPECT_EQ(routing_of("fat-tree:leaves=4,routing=ecmp"), "ecmp");
  EXPECT_EQ(routing_of("dragonfly:routing=valiant;node=full-mesh:hosts=8"), "valiant");
  EXPECT_EQ(routing_of("torus:dims=4x4"), "dimension-order");
  EXPECT_EQ(routing_of("crossbar:hosts=4"), "the only one of its kind");
}

TEST(Timeline, ALetterForWhatTookMostOfAColumn) {
  SimulationReport report;
  report.time = 40;
  report.finish = {40, 10};
  const OperationLog operations{
      {.start = 0, .end = 10, .bytes = 1, .rank = 0, .peer = 1, .kind = LoggedOperation::Kind::kSend},
      {.start = 20, .end = 40, .bytes = 1, .rank = 0, .kind = LoggedOperation::Kind::kReduce},
      {.start = 0, .end = 10, .bytes = 1, .rank = 1, .peer = 0, .kind = LoggedOperation::Kind::kReceive}};
  const std::string text = timeline(operations, report, 28);
  EXPECT_THAT(text, HasSubstr("rank 0 sssss.....++++++++++\n"));
  EXPECT_THAT(text, HasSubstr("rank 1 rrrrr               \n"));
}

}  // namespace
}  // namespace ringwood::cli
