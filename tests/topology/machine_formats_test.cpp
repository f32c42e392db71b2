#include "topology/machine_formats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "ringwood/error.hpp"
#include "topology/hostlist.hpp"
#include "topology/machine_writers.hpp"
#include "topology/mapping_file.hpp"

namespace ringwood {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The seeds of the fuzzer are the examples.
Machine example(const std::string& name) {
  return read_machine(InputText::from_file(std::string(RINGWOOD_SOURCE_DIR) + "/tests/fuzz/corpus/machine/" + name));
}

Machine parsed(const std::string& text) {
  return read_machine(InputText("file", text));
}

std::string complaint(const std::string& text) {
  try {
    (void)parsed(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    return error.what();
  }
  return "accepted";
}

void expect_same(const Topology& a, const Topology& b) {
  ASSERT_EQ(a.hosts(), b.hosts());
  ASSERT_EQ(a.links(), b.links());
  ASSERT_EQ(a.vertices(), b.vertices());
  for (Host from = 0; from < a.hosts(); ++from) {
    for (Host to = 0; to < a.hosts(); ++to) {
      EXPECT_EQ(a.path(from, to).latency, b.path(from, to).latency) << from << " to " << to;
      EXPECT_DOUBLE_EQ(a.path(from, to).bandwidth, b.path(from, to).bandwidth) << from << " to " << to;
    }
  }
}

TEST(Formats, UnknownOnesAreRefusedWithAList) {
  EXPECT_THAT(complaint("hello\n"), HasSubstr("file:1:1: not a machine in any known format; known are JSON of"));
  EXPECT_THAT(complaint(""), HasSubstr("not a machine"));
  EXPECT_THAT(complaint("<html></html>"), HasSubstr("not a machine"));
}

TEST(Formats, JsonIsRead) {
  const Machine machine = example("machine.json");
  EXPECT_EQ(machine.network->hosts(), 2);
  EXPECT_EQ(machine.network->links(), 6);
  EXPECT_EQ(machine.ranks_per_host, 2);
}

TEST(Slurm, TreeOfSwitches) {
  const auto network = example("slurm_tree.conf").network;
  EXPECT_EQ(network->hosts(), 4);
  EXPECT_EQ(network->vertices(), 7);
  EXPECT_EQ(network->vertex_name(2), "n2");
  EXPECT_EQ(network->path(0, 1).hops, 2);
  EXPECT_EQ(network->path(0, 2).hops, 4);
  EXPECT_THAT(network->group_levels(), ElementsAre("leaf"));
}

TEST(Slurm, OutputOfScontrolRepeatsNodes) {
  const auto network = example("slurm_scontrol.conf").network;
  EXPECT_EQ(network->hosts(), 6 + 4);
  EXPECT_EQ(network->vertex_name(3), "r1n008");
  EXPECT_EQ(network->vertex_name(9), "m4");
  EXPECT_EQ(network->path(0, 5).hops, 2);
  EXPECT_EQ(network->path(0, 6).hops, 4);
}

TEST(Slurm, Blocks) {
  const auto network = example("slurm_block.conf").network;
  EXPECT_EQ(network->hosts(), 36);
  EXPECT_EQ(network->vertex_name(35), "gpu036");
  EXPECT_THAT(network->group_levels(), ElementsAre("block"));
  EXPECT_EQ(network->path(0, 17).hops, 2);
  EXPECT_EQ(network->path(17, 18).hops, 4);
}

TEST(Slurm, ErrorsNameThePlace) {
  EXPECT_THAT(complaint("SwitchName=a Nodes=n[0-1\n"), HasSubstr("file:1:20: '[' without ']'"));
  EXPECT_THAT(complaint("SwitchName=a Nodes=n[3-1]\n"), HasSubstr("file:1:22: the range '3-1' ends before it begins"));
  EXPECT_THAT(complaint("SwitchName=a\n"), HasSubstr("neither nodes nor switches"));
  EXPECT_THAT(complaint("SwitchName=a Nodes=n0 Colour=red\n"), HasSubstr("file:1:23: unknown key 'Colour'"));
  EXPECT_THAT(complaint("SwitchName=a Nodes=n0\nSwitchName=b Nodes=n0\n"), HasSubstr("node 'n0' is there twice"));
  EXPECT_THAT(complaint("SwitchName=a Nodes=n0\nSwitchName=b Nodes=n1\n"), HasSubstr("'b' and 'a' are not connected"));
  EXPECT_THAT(complaint("SwitchName=a Nodes=n0\nSwitchName=b Switches=c\n"), HasSubstr("no switch 'c'"));
  EXPECT_THAT(complaint("SwitchName=a Nodes=n0\nSwitchName=b Switches=b,a\n"), HasSubstr("'b' is below itself"));
  EXPECT_THAT(complaint("SwitchName=a Nodes=n[0-99999999]\n"), HasSubstr("more than 4194304 hosts"));
}

TEST(Hostlist, AsScontrolExpandsIt) {
  const std::string text = "n[8-10,5],r[0-1]n[08-09]x,login";
  const InputText input("list", text);
  EXPECT_THAT(expand_hostlist(input.text(), input),
              ElementsAre("n8", "n9", "n10", "n5", "r0n08x", "r0n09x", "r1n08x", "r1n09x", "login"));
}

TEST(SimGrid, ClustersOfFourKinds) {
  const Machine tree = example("simgrid_fat_tree.xml");
  EXPECT_EQ(tree.ranks_per_host, 2);
  EXPECT_EQ(tree.inside_host.L, 150'000);
  expect_same(*tree.network,
              *make_machine("fat-tree:down=4x2,up=1x2,bandwidth=25Gbit/s,latency=800ns,hop=0ns").network);
  expect_same(*example("simgrid_torus.xml").network,
              *make_machine("torus:dims=3x2x2,bandwidth=10GB/s,latency=1us,hop=0ns").network);
  const auto star = example("simgrid_star.xml").network;
  EXPECT_EQ(star->hosts(), 4);
  EXPECT_EQ(star->path(0, 3).latency, 600'000'000);
  const auto dragonfly = example("simgrid_dragonfly.xml").network;
  EXPECT_EQ(dragonfly->hosts(), 16);
  EXPECT_EQ(dragonfly->vertices(), 16 + 8);
  EXPECT_EQ(dragonfly->path(0, 2).hops, 3);  // a neighbour in the chassis
  EXPECT_EQ(dragonfly->path(0, 6).hops, 4);  // another chassis and another place in it
  EXPECT_EQ(dragonfly->path(2, 8).hops, 3);  // the router with the cable to the other group
}

TEST(SimGrid, RoutesOfLinksAreCables) {
  const auto network = example("simgrid_flat.xml").network;
  EXPECT_EQ(network->hosts(), 2);
  EXPECT_EQ(network->path(0, 1).latency, 3'000'000);
  EXPECT_DOUBLE_EQ(network->path(1, 0).bandwidth, 1e9);
  EXPECT_EQ(network->vertex_name(2), "r");
}

TEST(SimGrid, ErrorsNameThePlace) {
  EXPECT_THAT(complaint("<platform>\n<zone></platform>"), HasSubstr("file:2:"));
  EXPECT_THAT(complaint("<platform>\n <zone routing='Vivaldi'/></platform>"),
              HasSubstr("file:2:3: <zone>: routing 'Vivaldi'"));
  const std::string head = "<platform>\n<zone routing='Full'>\n";
  EXPECT_THAT(complaint(head + "<peer id='x'/></zone></platform>"), HasSubstr("file:3:2: <peer>: not supported"));
  EXPECT_THAT(complaint(head + "<host id='a'/><host id='a'/></zone></platform>"), HasSubstr("'a' is there twice"));
  EXPECT_THAT(complaint(head + "<link id='l' bandwidth='-1GBps'/></zone></platform>"), HasSubstr("negative"));
  EXPECT_THAT(complaint(head + "<link id='l' bandwidth='10'/></zone></platform>"), HasSubstr("the unit is missing"));
  EXPECT_THAT(complaint(head + "<host id='a'/><host id='b'/></zone></platform>"), HasSubstr("no way to host 'a'"));
  EXPECT_THAT(complaint("<platform><cluster radical='0-3' bw='1GBps' lat='1us' topology='TORUS' "
                        "topo_parameters='3,2'/></platform>"),
              HasSubstr("radical names 4 hosts, topo_parameters 6"));
}

TEST(AstraSim, DimensionsOfThreeKinds) {
  const auto network = example("astra.yml").network;
  EXPECT_EQ(network->hosts(), 60);
  EXPECT_EQ(network->vertices(), 60 + 15);
  EXPECT_EQ(network->path(0, 2).latency, 2 * 300'000);  // round the ring of 5
  EXPECT_EQ(network->path(0, 3).latency, 2 * 300'000);
  EXPECT_EQ(network->path(0, 5).latency, 500'000);       // full mesh
  EXPECT_EQ(network->path(0, 15).latency, 2 * 900'000);  // over a switch
  EXPECT_EQ(network->path(0, 59).latency, 300'000 + 500'000 + 1'800'000);
  EXPECT_DOUBLE_EQ(network->path(0, 59).bandwidth, 50e9);
}

TEST(AstraSim, ErrorsNameThePlace) {
  const std::string rest = "bandwidth: [1]\nlatency: [1]\n";
  EXPECT_THAT(complaint("topology: [ Ring ]\nnpus_count: [ 1 ]\n" + rest),
              HasSubstr("file:2:15: expected a whole number"));
  EXPECT_THAT(complaint("topology: [ Rung ]\nnpus_count: [ 2 ]\n" + rest), HasSubstr("file:1:13: topology 'Rung'"));
  EXPECT_THAT(complaint("topology: [ Ring ]\nnpus_count: [ 2, 2 ]\n" + rest),
              HasSubstr("expected a list of 1 entries"));
  EXPECT_THAT(complaint("npus_count: [ 2 \n" + rest), HasSubstr("not YAML"));
  EXPECT_THAT(complaint("topology: [ Ring ]\nnpus_count: [ .nan ]\n" + rest), HasSubstr("found '.nan'"));
}

TEST(Ibnetdiscover, CablesAreCountedOnce) {
  const auto network = example("ibnetdiscover.txt").network;
  EXPECT_EQ(network->hosts(), 2);
  EXPECT_EQ(network->links(), 2 * 4);
  EXPECT_EQ(network->vertex_name(0), "n0");
  EXPECT_EQ(network->path(0, 1).hops, 3);
  EXPECT_DOUBLE_EQ(network->path(0, 1).bandwidth, 12.5e9);
}

TEST(Ibnetdiscover, ErrorsNameThePlace) {
  const std::string head = "vendid=0x1\nSwitch 4 \"S-1\" # \"leaf\"\n";
  EXPECT_THAT(complaint(head + "[1] \"H-1\"[1] # 4xFOO\n"), HasSubstr("file:3:16: expected width and speed"));
  EXPECT_THAT(complaint(head + "[1] \"H-1\"[1] # 4xHDR\n"), HasSubstr("file:3:1: leads to 'H-1', which is not in"));
  EXPECT_THAT(complaint(head + "[] \"H-1\"[1] # 4xHDR\n"), HasSubstr("expected a port"));
  EXPECT_THAT(complaint("vendid=0x1\nfoo\n"), HasSubstr("file:2:1: expected Switch, Ca, Rt"));
}

TEST(Nccl, GpusAndTheirLinks) {
  const auto network = example("nccl.xml").network;
  EXPECT_EQ(network->hosts(), 3);
  EXPECT_DOUBLE_EQ(network->path(0, 1).bandwidth, 4 * 20.6e9);
  EXPECT_EQ(network->path(0, 1).hops, 1);
  EXPECT_EQ(network->path(1, 2).hops, 2);  // the switch of NVLink
  EXPECT_DOUBLE_EQ(network->path(1, 2).bandwidth, 2 * 20e9);
  EXPECT_THAT(complaint("<system version='1'>\n <cpu numaid='0'/></system>"), HasSubstr("no GPU in any <cpu>"));
}

TEST(Hwloc, FilesAndSyntheticStrings) {
  try {
    const auto file = example("hwloc.xml").network;
    EXPECT_EQ(file->hosts(), 8);
    EXPECT_THAT(file->group_levels(), ElementsAre("l3", "package"));
    expect_same(*file, *make_machine("hwloc:pack:2 [numa(memory=64GB)] l3:2 core:2 pu:1").network);
    EXPECT_EQ(file->path(0, 1).hops, 2);
    EXPECT_EQ(file->path(0, 2).hops, 4);
    EXPECT_EQ(file->path(0, 7).hops, 6);
    EXPECT_EQ(make_machine("hwloc:pu:1").network->hosts(), 1);
    EXPECT_THAT(complaint("<topology version=\"2.0\">\n</topology>"),
                HasSubstr("file:1:2: <topology>: hwloc cannot read"));
    EXPECT_THAT(complaint("<topology version=\"2.0\">\n<object type=\"Machine\" cpuset=\"0x1\"/></topology>"),
                HasSubstr("file:2:2: <object>: the attribute complete_cpuset is missing"));
    EXPECT_THROW((void)make_machine("hwloc:pack:x"), Error);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("needs hwloc"));
  }
}

TEST(Writers, SimGridIsReadBack) {
  for (const char* spec : {"crossbar:hosts=5,per-host=3", "torus:dims=3x4", "dragonfly:groups=3,hosts-per-router=1",
                           "fat-tree:leaves=3,hosts-per-leaf=2", "numa", "gpu-pod:nodes=2,gpus=2"}) {
    const Machine written = make_machine(spec);
    std::ostringstream out;
    write_simgrid(written, out);
    const Machine machine = parsed(out.str());
    ASSERT_EQ(machine.network->hosts(), written.network->hosts()) << spec;
    for (Host to = 0; to < written.network->hosts(); ++to) {
      EXPECT_EQ(machine.network->vertex_name(to), written.network->vertex_name(to));
    }
    std::ostringstream again;
    write_simgrid(machine, again);
    EXPECT_EQ(parsed(again.str()).network->links(), machine.network->links()) << spec;
    if (std::string(spec).starts_with("crossbar") || std::string(spec).starts_with("numa")) {
      expect_same(*machine.network, *written.network);
    }
  }
  EXPECT_THROW(write_simgrid(make_machine("frontier"), std::cout), Error);
}

TEST(Writers, AstraSimIsReadBack) {
  for (const char* spec : {"crossbar:hosts=5,hop=0ns", "torus:dims=3x4x2", "full-mesh:hosts=4", "ring:hosts=6"}) {
    const Machine written = make_machine(spec);
    std::ostringstream out;
    write_astra_sim(written, out);
    expect_same(*parsed(out.str()).network, *written.network);
  }
  const Machine file = example("astra.yml");
  std::ostringstream out;
  write_astra_sim(file, out);
  EXPECT_EQ(parsed(out.str()).network->dimensions(), file.network->dimensions());
  EXPECT_THROW(write_astra_sim(make_machine("dragonfly"), out), Error);
  EXPECT_THROW(write_astra_sim(make_machine("mesh:dims=4x4"), out), Error);
}

class MappingFile : public testing::Test {
 protected:
  [[nodiscard]] static Mapping mapping(const std::string& text) {
    return read_mapping(InputText("file", text), make_machine("fat-tree:leaves=4,hosts-per-leaf=2,per-host=4"), 4);
  }

  [[nodiscard]] static std::string refused(const std::string& text) {
    try {
      (void)mapping(text);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }
};

TEST_F(MappingFile, FourForms) {
  EXPECT_THAT(mapping("3\n2 # why\n\n1\n0\n"), ElementsAre(3, 2, 1, 0));
  EXPECT_THAT(mapping("n0 slots=1 max_slots=4\nn1 slots=3\n"), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(mapping("b:2\na:2\n"), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(mapping("n0\nn1\n"), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(mapping("rank 1=x slot=0\nrank 0=y slot=0:1\nrank 3=x slot=2-3\nrank 2=+n5\n"), ElementsAre(1, 0, 5, 0));
  EXPECT_THAT(mapping("whatever\n0: 0 0 1\n1: 0 0 0\n2: 2 2 1\n3: 3 3 0\n"), ElementsAre(1, 0, 5, 6));
}

TEST_F(MappingFile, ErrorsNameThePlace) {
  EXPECT_THAT(refused("0\n1\nx\n3\n"), HasSubstr("file:3:1: expected one host number a line, found 'x'"));
  EXPECT_THAT(refused("0\n8\n1\n1\n"), HasSubstr("file:2:1: host 8 is not one of 0 to 7"));
  EXPECT_THAT(refused("0\n1\n"), HasSubstr("rank 2 of 4 has no host"));
  EXPECT_THAT(refused("n0 slots=-1\n"), HasSubstr("file:1:10: expected a number from 0"));
  EXPECT_THAT(refused("n0 cores=1\n"), HasSubstr("file:1:4: expected slots=N"));
  EXPECT_THAT(refused("n0 slots=2\n"), HasSubstr("rank 2 of 4 has no host"));
  EXPECT_THAT(refused("n0 slots=9\nn0 slots=9\n"), HasSubstr("accepted"));
  EXPECT_THAT(refused("rank 0=a\nrank 0=b\nrank 1=a\nrank 2=a\n"), HasSubstr("file:2:1: rank 0 has a host already"));
  EXPECT_THAT(refused("rank 0=+n9\n"), HasSubstr("expected a number from 0 to 7, found '9'"));
  EXPECT_THAT(refused("rank\n"), HasSubstr("expected a line such as"));
  EXPECT_THAT(refused("x\n0: 0 0 5\n"), HasSubstr("file:2:1: the machine has no host at group 0, switch 0, port 5"));
  EXPECT_THAT(refused("x\n0: -1 0 5\n"), HasSubstr("found '-1'"));
}

TEST_F(MappingFile, CoordinatesAreReadBack) {
  for (const char* spec : {"crossbar:hosts=9", "dragonfly", "fat-tree:levels=3,ports=4", "torus:dims=4x3x2"}) {
    const Machine machine = make_machine(spec);
    const Mapping written = make_mapping("random:3", machine, 9);
    std::ostringstream out;
    write_mpich_coordinates(machine, written, out);
    EXPECT_EQ(read_mapping(InputText("file", out.str()), machine, 9), written) << spec;
  }
}

TEST_F(MappingFile, NamesAreThoseOfTheMachine) {
  const Machine machine = parsed("SwitchName=s Nodes=n[0-3]\n");
  EXPECT_THAT(read_mapping(InputText("file", "n3\nn1 slots=1\nn0\n"), machine, 3), ElementsAre(3, 1, 0));
  EXPECT_THROW((void)read_mapping(InputText("file", "n3\nn7\n"), machine, 2), Error);
}

}  // namespace
}  // namespace ringwood
