// Machine files in the forms in which the tools' own examples have them: several zones, devices without names, lists of
// topologies; and what such files must not cost.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "ringwood/error.hpp"
#include "topology/hwloc_discovery.hpp"
#include "topology/machine_formats.hpp"
#include "topology/mapping_file.hpp"

namespace ringwood {
namespace {

using ::testing::HasSubstr;

Machine parsed(const std::string& text) {
  return read_machine(InputText("file", text));
}

std::string complaint(const std::string& text) {
  try {
    (void)parsed(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

const std::string kTwoClusters = R"(<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
 <zone id="world" routing="Full">
  <cluster id="a" prefix="a-" suffix=".x" radical="0-2" speed="1Gf" bw="125MBps" lat="50us" core="4"/>
  <cluster id="b" prefix="b-" suffix=".x" radical="1,3" speed="1Gf" bw="125MBps" lat="50us" bb_bw="1GBps" bb_lat="500us"
           core="4" router_id="way_out"/>
  <link id="wan" bandwidth="100MBps" latency="1ms" sharing_policy="FATPIPE"/>
  <zoneRoute src="a" dst="b" gw_src="a-a_router.x" gw_dst="way_out"><link_ctn id="wan"/></zoneRoute>
 </zone>
</platform>)";

TEST(SimGridZones, ClustersBesideClusters) {
  const Machine machine = parsed(kTwoClusters);
  EXPECT_EQ(machine.network->hosts(), 5);
  EXPECT_EQ(machine.ranks_per_host, 4);
  EXPECT_EQ(machine.network->vertex_name(4), "b-3.x");
  // Two cables in a cluster; in the other one the backbone too, once; between them all of it and the link.
  EXPECT_EQ(machine.network->path(0, 1).latency, 100'000'000);
  EXPECT_EQ(machine.network->path(3, 4).latency, 600'000'000);
  EXPECT_EQ(machine.network->path(0, 3).latency, 50'000'000 + 1'000'000'000 + 500'000'000 + 50'000'000);
  EXPECT_DOUBLE_EQ(machine.network->path(0, 3).bandwidth, 100e6);
  EXPECT_THAT(complaint("<platform><zone id='w' routing='Full'><cluster id='a' topology='TORUS' topo_parameters='3' "
                        "radical='0-2' bw='1GBps' lat='1us'/><zone id='z' routing='None'/></zone></platform>"),
              HasSubstr("beside others"));
  EXPECT_THAT(complaint("<platform><zone id='w' routing='Full'><host id='a'/><host id='b'/><zoneRoute gw_src='a' "
                        "gw_dst='c'/></zone></platform>"),
              HasSubstr("gw_dst='c' is no host"));
}

TEST(SimGridZones, CabinetsAndHostLinks) {
  const Machine machine = parsed(R"(<platform version="4.1"><zone id="top" routing="Full">
 <zone id="one" routing="Cluster">
  <cabinet id="c" prefix="c-" suffix="" speed="1Gf" bw="125MBps" lat="100us" radical="1-3"/>
  <router id="r1"/><backbone id="bb" bandwidth="2GBps" latency="500us"/>
 </zone>
 <zone id="two" routing="Cluster">
  <router id="r2"/><host id="h" speed="1Gf"/>
  <link id="l" bandwidth="10MBps" latency="1us" sharing_policy="SPLITDUPLEX"/>
  <host_link id="h" up="l_UP" down="l_DOWN"/>
 </zone>
 <link id="x" bandwidth="1GBps" latency="10us"/>
 <zoneRoute src="one" dst="two" gw_src="r1" gw_dst="r2"><link_ctn id="x"/></zoneRoute>
</zone></platform>)");
  EXPECT_EQ(machine.network->hosts(), 4);
  EXPECT_EQ(machine.network->path(0, 2).latency, 700'000'000);
  EXPECT_EQ(machine.network->path(0, 3).latency, 100'000'000 + 500'000'000 + 10'000'000 + 1'000'000);
  EXPECT_DOUBLE_EQ(machine.network->path(0, 3).bandwidth, 10e6);
}

TEST(GraphRoutes, EqualWaysAreShared) {
  // Two switches between eight hosts on either side.
  std::string text =
      "<platform><zone id='z' routing='Floyd'><router id='s1'/><router id='s2'/><router id='a'/>"
      "<router id='b'/><link id='l' bandwidth='1GBps' latency='1us'/>";
  const auto route = [&](const std::string& from, const std::string& to) {
    text += "<route src='" + from + "' dst='" + to + "'><link_ctn id='l'/></route>";
  };
  for (int i = 0; i < 16; ++i) {
    text += "<host id='h" + std::to_string(i) + "' speed='1f'/>";
  }
  for (int i = 0; i < 16; ++i) {
    route("h" + std::to_string(i), i < 8 ? "a" : "b");
  }
  for (const char* spine : {"s1", "s2"}) {
    route("a", spine);
    route("b", spine);
  }
  const auto network = parsed(text + "</zone></platform>").network;
  std::map<LinkId, int> uses;
  std::vector<LinkId> way;
  for (Host from = 0; from < 8; ++from) {
    for (Host to = 8; to < 16; ++to) {
      network->route(from, to, way);
      ASSERT_EQ(way.size(), 4U);
      ++uses[way[1]];
    }
  }
  ASSERT_EQ(uses.size(), 2U);
  for (const auto& [link, count] : uses) {
    EXPECT_GT(count, 16);
  }
}

TEST(NcclFiles, DevicesAreKnownByTheirClass) {
  const Machine machine = parsed(R"(<system version="1">
 <cpu numaid="0"><pci busid="ffff:ff:01.0" class="0x060400" link_speed="32.0 GT/s PCIe" link_width="16">
   <pci busid="0001:00:00.0" class="0x030200" link_speed="32.0 GT/s PCIe" link_width="16"/>
   <pci busid="0101:00:00.0" class="0x020700" link_speed="32.0 GT/s PCIe" link_width="16"/></pci></cpu>
 <cpu numaid="1"><pci busid="0002:00:00.0" class="0x030000" link_speed="16.0 GT/s PCIe" link_width="16"/></cpu>
</system>)");
  EXPECT_EQ(machine.network->hosts(), 2);
  EXPECT_EQ(machine.network->vertex_name(1), "gpu 1");
}

TEST(NcclFiles, NumbersThatAreNoneAreRefused) {
  EXPECT_THAT(complaint("<system version='1'>\n<cpu numaid='0'><pci busid='0' class='0x030200' link_width='99'/></cpu>"
                        "</system>"),
              HasSubstr("file:2:18: <pci>: link_width '99' is not an integer from 0 to 64"));
}

const std::string kSlurmYaml = R"(---
- topology: first
  block:
    block_sizes: [2]
    blocks: [{block: b1, nodes: "n[1-2]"}, {block: b2, nodes: 'n[3-4]'}]
- topology: second
  cluster_default: true
  tree:
    switches:
      - switch: root
        children: s[1-2]
      - switch: s1
        nodes: node[01-02]
      - switch: s2
        nodes: node[03-05]
)";

TEST(SlurmYaml, MoreThanItsParserCouldHoldIsRefused) {
  std::string text = "- topology: [";
  for (int i = 0; i < 50'000; ++i) {
    text += "a,";
  }
  EXPECT_THAT(complaint(text), HasSubstr("YAML of more than 40000 keys, entries and lines, which no network needs"));
}

TEST(SlurmYaml, TheDefaultTopologyIsRead) {
  const auto tree = parsed(kSlurmYaml).network;
  EXPECT_EQ(tree->hosts(), 5);
  EXPECT_EQ(tree->vertex_name(4), "node05");
  EXPECT_EQ(tree->path(0, 1).hops, 2);
  EXPECT_EQ(tree->path(0, 4).hops, 4);
  const auto blocks = parsed(kSlurmYaml.substr(0, kSlurmYaml.find("- topology: second"))).network;
  EXPECT_EQ(blocks->hosts(), 4);
  EXPECT_EQ(blocks->path(0, 2).hops, 4);
  EXPECT_THAT(complaint("- topology: t\n  flat: true\n"), HasSubstr("file:1:3: expected one of tree and block"));
  EXPECT_THAT(complaint("- topology: t\n  tree:\n    switches:\n      - switch: s1\n        children: nope\n      - "
                        "switch: s2\n        nodes: n1\n"),
              HasSubstr("file:5:19: no switch 'nope'"));
}

TEST(SlurmConf, LinesGoOn) {
  EXPECT_EQ(parsed("SwitchName=s0 \\\n  Nodes=n[0-3]\nSwitchName=s1 Nodes=n[4-6]\nSwitchName=r Switches=s[0-1]\n")
                .network->hosts(),
            7);
}

TEST(IbNetDiscover, AggregationNodesAreNoHosts) {
  const Machine machine = parsed(R"(# Topology file
Chassis 1 (guid 0x2c90200000001)
switchguid=0x1(1)
Switch	41 "S-01"		# "MF0;sw1" enhanced port 0 lid 1 lmc 0
[1]	"H-01"[1](1) 		# "n1 mlx5_0" lid 2 4xHDR
[2]	"H-02"[1](2) 		# "n2 mlx5_0" lid 3 2xHDR
[41]	"H-03"[1](3) 		# "Mellanox Technologies Aggregation Node" lid 4 4xHDR
Ca	1 "H-01"		# "n1 mlx5_0"
[1](1) 	"S-01"[1]		# lid 2 lmc 0 "MF0;sw1" lid 1 4xHDR
Ca	1 "H-02"		# "n2 mlx5_0"
[1](2) 	"S-01"[2]		# lid 3 lmc 0 "MF0;sw1" lid 1 2xHDR
Ca	1 "H-03"		# "Mellanox Technologies Aggregation Node"
[1](3) 	"S-01"[41]		# lid 4 lmc 0 "MF0;sw1" lid 1 4xHDR
)");
  EXPECT_EQ(machine.network->hosts(), 2);
  EXPECT_DOUBLE_EQ(machine.network->path(0, 1).bandwidth, 100e9 / 8);
}

TEST(Hostfiles, OfOpenMpiAndHydra) {
  const Machine machine = make_machine("crossbar:hosts=3,per-host=2");
  const auto read = [&](const std::string& text) { return read_mapping(InputText("file", text), machine, 4); };
  const Mapping expected{0, 0, 1, 1};
  EXPECT_EQ(read("host1:2\nhost2:2 ifname=eth1 binding=user:0,1\n"), expected);
  EXPECT_EQ(read("me@n0 slots=2 max-slots=4\nme@n1 slots=2\n"), expected);
  EXPECT_EQ(read("rank 0=+n0 slot=1:0-2\nrank 1=+n0 slots=0:*\nrank 2=+n1 slot=0\nrank 3=+n1 slot=1-2\n"), expected);
}

/// In less than what a reader may take; the text is small, what it asks for is not.
TEST(Bombs, AreRefusedWithoutBeingMade) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(complaint("SwitchName=s Nodes=n[0-999999999]\n"), HasSubstr("file:1:22: a list of more than"));
  EXPECT_THAT(complaint("SwitchName=s Nodes=n[0-999][0-999][0-999]\n"), HasSubstr("a list of more than"));
  EXPECT_THAT(complaint("<!DOCTYPE p [<!ENTITY a 'b'>]><platform><zone id='z' routing='Full'><host id='&a;'/>"
                        "</zone></platform>"),
              HasSubstr("file:1:14: entities"));
  std::string clusters = "<platform><zone id='z' routing='Full'>";
  for (int i = 0; i < 3; ++i) {
    clusters += "<cluster id='" + std::to_string(i) + "' prefix='" + std::to_string(i) +
                "-' radical='0-99998' bw='1GBps' lat='1us'/>";
  }
  EXPECT_THAT(complaint(clusters + "</zone></platform>"), HasSubstr("more than 100000"));
#ifdef RINGWOOD_WITH_HWLOC
  EXPECT_THROW((void)make_machine("hwloc:pack:100000 core:100000 pu:100000"), Error);
#endif
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));  // a bomb takes minutes
}

TEST(FatTree, KeysThatMeanNothingAreRefused) {
  EXPECT_EQ(make_machine("fat-tree:ports=4").network->hosts(), 16);
  EXPECT_THROW((void)make_machine("fat-tree:levels=2,ports=4"), Error);
  EXPECT_THROW((void)make_machine("fat-tree:ports=4,leaves=2"), Error);
  EXPECT_THROW((void)make_machine("fat-tree:cables=2"), Error);
}

}  // namespace
}  // namespace ringwood
