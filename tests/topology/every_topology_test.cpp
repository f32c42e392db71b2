// Every generator, with several sets of parameters, keeps the promises of topology.hpp and its own formulas.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "ringwood/error.hpp"
#include "topology/catalogue.hpp"
#include "topology/cut.hpp"
#include "topology/draw.hpp"
#include "topology/machine.hpp"

namespace ringwood {
namespace {

const std::vector<std::string>& specs_of(const std::string& family) {
  static const std::map<std::string, std::vector<std::string>> kSpecs = {
      {"crossbar", {"crossbar:hosts=1", "crossbar:hosts=2", "crossbar:hosts=7", "crossbar:hosts=8"}},
      {"fat-tree",
       {"fat-tree:leaves=4,hosts-per-leaf=3", "fat-tree:leaves=4,hosts-per-leaf=4,taper=1:2",
        "fat-tree:leaves=2,hosts-per-leaf=4,spines=2,taper=1", "fat-tree:leaves=1,hosts-per-leaf=4",
        "fat-tree:leaves=3,hosts-per-leaf=4,routing=ecmp,seed=7", "fat-tree:levels=3,ports=4",
        "fat-tree:levels=3,ports=8,taper=0.5", "fat-tree:levels=3,ports=8,routing=adaptive",
        "fat-tree:down=2x3x2,up=1x2x2,cables=1x1x2", "fat-tree:down=3x2x2,up=2x1x3,cables=1x2x1,routing=ecmp",
        "fat-tree:down=5,up=1"}},
      {"torus",
       {"torus:dims=1", "torus:dims=2", "torus:dims=5", "torus:dims=8", "torus:dims=4x3", "torus:dims=2x3x4",
        "torus:dims=4x4x4", "torus:dims=1x5x1", "torus:dims=2x2x2x2x2x2", "torus:dims=4x3x5,routing=adaptive",
        "torus:dims=3x2x3x2x2x3"}},
      {"mesh",
       {"mesh:dims=1", "mesh:dims=2", "mesh:dims=5", "mesh:dims=4x3", "mesh:dims=2x3x4", "mesh:dims=3x3x3",
        "mesh:dims=4x3,routing=adaptive"}},
      {"ring", {"ring:hosts=1", "ring:hosts=2", "ring:hosts=9"}},
      {"full-mesh", {"full-mesh:hosts=1", "full-mesh:hosts=2", "full-mesh:hosts=7"}},
      {"hypercube", {"hypercube:dimensions=0", "hypercube:dimensions=1", "hypercube:dimensions=6"}},
      {"dragonfly",
       {"dragonfly:groups=1", "dragonfly:groups=2", "dragonfly:groups=4", "dragonfly:wiring=palm-tree",
        "dragonfly:groups=5,wiring=palm-tree", "dragonfly:hosts-per-router=1,routers=1,ports=3",
        "dragonfly:hosts-per-router=3,routers=6,groups=4,global-links=4",
        "dragonfly:hosts-per-router=2,routers=3,groups=3,global-links=1", "dragonfly:routing=valiant",
        "dragonfly:groups=5,routing=valiant,seed=3,wiring=palm-tree", "dragonfly:groups=2,routing=valiant",
        "dragonfly:groups=2,routing=adaptive", "dragonfly:groups=5,global-links=3,ports=4,routing=adaptive"}},
      {"dragonfly-plus",
       {"dragonfly-plus:groups=1", "dragonfly-plus:groups=2", "dragonfly-plus:groups=4,spines=3,ports=1",
        "dragonfly-plus:hosts-per-leaf=1,leaves=1,spines=1,ports=1",
        "dragonfly-plus:hosts-per-leaf=3,leaves=2,spines=4,groups=3,global-links=5",
        "dragonfly-plus:groups=5,spines=3,routing=adaptive", "dragonfly-plus:groups=2,routing=adaptive",
        "dragonfly-plus:leaves=1,spines=2,groups=4,routing=adaptive"}},
      {"flattened-butterfly",
       {"flattened-butterfly:side=1", "flattened-butterfly:side=3,dimensions=3", "flattened-butterfly:dimensions=1",
        "flattened-butterfly:side=3,routing=adaptive"}},
      {"gpu-pod",
       {"gpu-pod:nodes=1", "gpu-pod:nodes=3,gpus=4", "gpu-pod:nodes=6,gpus=4,unit=2,spines=3,uplinks=2",
        "gpu-pod:nodes=6,gpus=4,unit=4,cross-rail=spine", "gpu-pod:nodes=2,gpus=1", "gpu-pod:nodes=1,gpus=1"}},
      {"numa", {"numa:packages=1,cores=1", "numa:packages=2,numa=2,caches=3,cores=2", "numa:packages=3,cores=1"}},
      {"hyperx",
       {"hyperx:sides=1,hosts-per-switch=3", "hyperx:sides=3x3,hosts-per-switch=1", "hyperx:sides=2x3x4,cables=2x1x3",
        "hyperx:sides=5,hosts-per-switch=2", "hyperx:sides=2x3x4,cables=2x1x3,routing=adaptive",
        "hyperx:sides=5,routing=adaptive"}},
  };
  static const std::vector<std::string> kNone;
  const auto found = kSpecs.find(family);
  return found == kSpecs.end() ? kNone : found->second;
}

std::vector<std::string> every_spec() {
  std::vector<std::string> specs;
  for (const TopologyFamily* family : topology_families()) {
    specs.emplace_back(family->name);
    const std::vector<std::string>& more = specs_of(std::string(family->name));
    specs.insert(specs.end(), more.begin(), more.end());
  }
  for (const char* nested : {"crossbar:hosts=3;node=full-mesh:hosts=4,bandwidth=450GB/s",
                             "fat-tree:leaves=2,hosts-per-leaf=4;node=crossbar:hosts=6;nics=2;attach=64GB/s",
                             "fat-tree:leaves=2,hosts-per-leaf=4,routing=adaptive;node=crossbar:hosts=2",
                             "ring:hosts=4;node=numa:packages=2,cores=2;attach-latency=50ns;nics=4",
                             "torus:dims=2x2;node=crossbar:hosts=2;node=ring:hosts=3;nics=1"}) {
    specs.emplace_back(nested);
  }
  return specs;
}

/// Pairs of hosts: all of them up to a hundred hosts, else some.
std::vector<std::pair<Host, Host>> pairs_of(const Topology& network) {
  const Host hosts = network.hosts();
  const Host step = std::max(1, hosts / 100);
  std::vector<std::pair<Host, Host>> pairs;
  for (Host from = 0; from < hosts; from += step) {
    for (Host to = 0; to < hosts; to += step) {
      pairs.emplace_back(from, to);
    }
  }
  return pairs;
}

struct Way {
  Host from = 0;
  Host to = 0;
  std::int32_t choice = 0;
};

/// All ways between these pairs.
std::vector<Way> ways_of(const Topology& network) {
  std::vector<Way> ways;
  for (const auto& [from, to] : pairs_of(network)) {
    for (std::int32_t choice = 0; choice < network.choices(); ++choice) {
      ways.push_back({from, to, choice});
    }
  }
  return ways;
}

class EveryTopology : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { network_ = make_machine(GetParam()).network; }

  std::shared_ptr<const Topology> network_;
};

TEST_P(EveryTopology, LinksComeInPairsBetweenVerticesThatExist) {
  ASSERT_EQ(network_->links() % 2, 0);
  for (LinkId id = 0; id < network_->links(); ++id) {
    const Link link = network_->link(id);
    const Link reverse = network_->link(id ^ 1);
    ASSERT_GE(link.from, 0);
    ASSERT_LT(link.from, network_->vertices());
    ASSERT_NE(link.from, link.to);
    ASSERT_EQ(link.from, reverse.to) << id;
    ASSERT_EQ(link.to, reverse.from) << id;
    ASSERT_GT(link.bandwidth, 0);
  }
}

TEST_P(EveryTopology, EveryVertexHasALink) {
  if (network_->hosts() == 1) {
    return;
  }
  std::set<Vertex> seen;
  for (LinkId id = 0; id < network_->links(); ++id) {
    seen.insert(network_->link(id).from);
  }
  EXPECT_EQ(static_cast<Vertex>(seen.size()), network_->vertices());
}

TEST_P(EveryTopology, RoutesAreChainsWithoutRepeats) {
  std::vector<LinkId> route = {1, 2, 3};
  for (const auto& [from, to, choice] : ways_of(*network_)) {
    network_->choose_route(from, to, choice, route);
    Vertex at = from;
    std::set<Vertex> visited = {at};
    for (const LinkId id : route) {
      ASSERT_GE(id, 0);
      ASSERT_LT(id, network_->links());
      const Link link = network_->link(id);
      ASSERT_EQ(link.from, at) << from << " to " << to;
      at = link.to;
      ASSERT_TRUE(visited.insert(at).second)
          << from << " to " << to << " passes " << network_->vertex_name(at) << " twice";
    }
    ASSERT_EQ(at, to);
  }
}

TEST_P(EveryTopology, TheFirstWayIsTheRoute) {
  std::vector<LinkId> route;
  std::vector<LinkId> first;
  for (const auto& [from, to] : pairs_of(*network_)) {
    network_->route(from, to, route);
    network_->choose_route(from, to, 0, first);
    ASSERT_EQ(route, first) << from << " to " << to;
  }
}

TEST_P(EveryTopology, PathIsTheSumOfTheRoute) {
  for (const auto& [from, to] : pairs_of(*network_)) {
    const Path path = network_->path(from, to);
    const Path sum = network_->Topology::path(from, to);
    ASSERT_EQ(path.latency, sum.latency) << from << " to " << to;
    ASSERT_EQ(path.bandwidth, sum.bandwidth) << from << " to " << to;
    ASSERT_EQ(path.hops, sum.hops) << from << " to " << to;
  }
}

TEST_P(EveryTopology, ShapeIsWhatTheRoutesSay) {
  const Host hosts = network_->hosts();
  const Shape shape = network_->shape();
  std::int32_t diameter = 0;
  double sum = 0;
  std::set<std::multiset<std::int32_t>> views;
  for (Host from = 0; from < hosts; ++from) {
    std::multiset<std::int32_t> view;
    for (Host to = 0; to < hosts; ++to) {
      const std::int32_t hops = network_->path(from, to).hops;
      diameter = std::max(diameter, hops);
      sum += hops;
      view.insert(hops);
    }
    views.insert(view);
  }
  if (shape.diameter) {
    EXPECT_EQ(*shape.diameter, diameter);
  }
  if (shape.average_hops) {
    EXPECT_NEAR(*shape.average_hops, hosts == 1 ? 0 : sum / (static_cast<double>(hosts) * (hosts - 1)), 1e-9);
  }
  if (shape.hosts_are_alike) {
    EXPECT_EQ(views.size(), 1U);
  }
}

TEST_P(EveryTopology, NoCutIsNarrowerThanTheBisection) {
  const std::optional<double> bisection = network_->shape().bisection;
  if (bisection && network_->hosts() % 2 == 0) {
    EXPECT_LE(*bisection, flow_between_halves(*network_).value() * (1 + 1e-9));
  }
}

TEST_P(EveryTopology, GroupsAreNestedAndNamed) {
  const std::vector<std::string> names = network_->group_levels();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  for (std::size_t level = 1; level < names.size(); ++level) {
    std::map<std::int64_t, std::int64_t> outer;
    for (Host host = 0; host < network_->hosts(); ++host) {
      const std::int64_t around = network_->group_of(level, host);
      ASSERT_EQ(outer.emplace(network_->group_of(level - 1, host), around).first->second, around) << names[level];
    }
  }
}

TEST_P(EveryTopology, HostsOfAGroupAreNoFartherThanOthers) {
  for (std::size_t level = 0; level < network_->group_levels().size(); ++level) {
    Picoseconds nearest_outside = std::numeric_limits<Picoseconds>::max();
    Picoseconds nearest_inside = nearest_outside;
    for (const auto& [from, to] : pairs_of(*network_)) {
      const bool together = network_->group_of(level, from) == network_->group_of(level, to);
      Picoseconds& nearest = together ? nearest_inside : nearest_outside;
      nearest = from == to ? nearest : std::min(nearest, network_->path(from, to).latency);
    }
    EXPECT_TRUE(nearest_inside <= nearest_outside || nearest_inside == std::numeric_limits<Picoseconds>::max())
        << network_->group_levels()[level];
  }
}

TEST_P(EveryTopology, PicturesNameHosts) {
  EXPECT_NE(draw_text(*network_).find('0'), std::string::npos);
  std::ostringstream dot;
  write_dot(*network_, dot);
  EXPECT_THAT(dot.str(), testing::HasSubstr("v0 [label="));
  const std::string svg = draw_svg(*network_);
  EXPECT_THAT(svg, testing::StartsWith("<svg "));
  EXPECT_THAT(svg, testing::HasSubstr("<title>" + network_->vertex_name(network_->hosts() - 1) + "</title>"));
}

TEST_P(EveryTopology, VerticesHaveDifferentNames) {
  std::set<std::string> names;
  for (Vertex vertex = 0; vertex < network_->vertices(); ++vertex) {
    EXPECT_TRUE(names.insert(network_->vertex_name(vertex)).second) << network_->vertex_name(vertex);
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryTopology, testing::ValuesIn(every_spec()));

TEST(Svg, LargeMachinesAreSummarised) {
  const std::string svg = draw_svg(*make_machine("frontier").network);
  EXPECT_THAT(svg, testing::HasSubstr("<title>group 73: 512 hosts</title>"));
  EXPECT_THAT(svg, testing::HasSubstr("<title>group 0 - group 73: 100GB/s over 4 cables</title>"));
  EXPECT_THAT(svg, testing::Not(testing::HasSubstr("router")));
  EXPECT_THAT(draw_svg(*make_machine("fat-tree:leaves=64,hosts-per-leaf=64").network),
              testing::HasSubstr("<title>leaf 63: 64 hosts</title>"));
  EXPECT_THAT(draw_svg(*make_machine("crossbar:hosts=5000").network), testing::HasSubstr("too large to draw"));
}

TEST(Catalogue, EveryFamilyIsTestedWithMoreThanItsDefaults) {
  for (const TopologyFamily* family : topology_families()) {
    EXPECT_FALSE(specs_of(std::string(family->name)).empty()) << family->name;
    EXPECT_FALSE(family->summary.empty()) << family->name;
    EXPECT_FALSE(family->reference.empty()) << family->name;
  }
}

TEST(Catalogue, UnknownKeysAreRefusedByEveryFamily) {
  for (const TopologyFamily* family : topology_families()) {
    try {
      (void)make_machine(std::string(family->name) + ":bandwith=1GB/s");
      FAIL() << family->name;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_THAT(error.what(), testing::HasSubstr("unknown key 'bandwith', did you mean 'bandwidth'?"));
    }
  }
}

struct BadSpec {
  const char* spec;
  const char* complaint;
};

class BadSpecs : public testing::TestWithParam<BadSpec> {};

TEST_P(BadSpecs, AreRefusedByName) {
  try {
    (void)make_machine(GetParam().spec);
    FAIL() << GetParam().spec;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), testing::HasSubstr(GetParam().complaint));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Catalogue, BadSpecs,
    testing::Values(BadSpec{"", "machine is empty"}, BadSpec{"crosbar", "did you mean 'crossbar'"},
                    BadSpec{"crossbar:hosts", "not of the form key=value"}, BadSpec{"crossbar:", "key=value"},
                    BadSpec{"crossbar:hosts=4,hosts=5", "given twice"},
                    BadSpec{"crossbar:hosts=0", "crossbar: hosts '0'"},
                    BadSpec{"crossbar:hosts=-1", "crossbar: hosts '-1'"}, BadSpec{"crossbar:hosts=9999999999", "hosts"},
                    BadSpec{"crossbar:bandwidth=25", "crossbar: bandwidth '25': the unit is missing"},
                    BadSpec{"crossbar:bandwidth=nanGB/s", "not a number"}, BadSpec{"crossbar:latency=-1us", "negative"},
                    BadSpec{"crossbar:per-host=0", "per-host '0'"}, BadSpec{"torus:dims=4x0", "torus: dims '0'"},
                    BadSpec{"torus:dims=2x2x2x2x2x2x2", "accepted are 1 to 6"},
                    BadSpec{"torus:dims=65536x65536", "more than 2147483647 hosts"},
                    BadSpec{"fat-tree:taper=0.3", "not a whole number"}, BadSpec{"fat-tree:levels=4", "levels '4'"},
                    BadSpec{"fat-tree:levels=3,ports=5", "ports=5 is odd"},
                    BadSpec{"fat-tree:spines=3,taper=1", "do not spread evenly"},
                    BadSpec{"fat-tree:routing=magic", "accepted are static, ecmp, adaptive"},
                    BadSpec{"fat-tree:down=4x4", "down and up go together"},
                    BadSpec{"fat-tree:down=1000000x1000000,up=1x1", "more than 2147483647 hosts"},
                    BadSpec{"dragonfly-plus:groups=10", "spines times ports plus 1, which is 9"},
                    BadSpec{"dragonfly:routing=random", "accepted are minimal, valiant, adaptive"},
                    BadSpec{"gpu-pod:nodes=4,unit=2,spines=0", "spines=0 leaves leaf switches apart"},
                    BadSpec{"gpu-pod:cross-rail=spine", "spines=0 leaves leaf switches apart"},
                    BadSpec{"numa:packages=10000,cores=10000", "more than 1000000 cores"},
                    BadSpec{"flattened-butterfly:side=1000,dimensions=10", "more than 2147483647 hosts"},
                    BadSpec{"crossbar;node=ring:hosts=2;nics=3", "nics=3"},
                    BadSpec{"crossbar;node=ring:hosts=2;nisc=1", "unknown section 'nisc=1'"},
                    BadSpec{"crossbar;node=rinng:hosts=2", "did you mean 'ring'"},
                    BadSpec{"crossbar:hosts=2147483647;node=ring:hosts=2", "more than 2147483647 hosts"}));

TEST(Formulas, BisectionOfSection12) {
  const auto bisection = [](const std::string& spec) {
    return make_machine(spec).network->shape().bisection.value_or(-1);
  };
  constexpr double kRate = 25e9;
  EXPECT_DOUBLE_EQ(bisection("crossbar:hosts=16"), 8 * kRate);
  EXPECT_DOUBLE_EQ(bisection("torus:dims=8x4x4"), 2 * 16 * kRate);
  EXPECT_DOUBLE_EQ(bisection("mesh:dims=8x4x4"), 16 * kRate);
  EXPECT_DOUBLE_EQ(bisection("torus:dims=8"), 2 * kRate);
  EXPECT_DOUBLE_EQ(bisection("fat-tree:leaves=4,hosts-per-leaf=8"), 2 * 8 * kRate);
  EXPECT_DOUBLE_EQ(bisection("fat-tree:leaves=4,hosts-per-leaf=8,taper=1:4"), 2 * 2 * kRate);
  EXPECT_DOUBLE_EQ(bisection("fat-tree:levels=3,ports=8"), 8 * 8 * 8 / 8 * kRate);
}

TEST(Formulas, BisectionOfSwitchlessAndGroupedNetworks) {
  const auto bisection = [](const std::string& spec) {
    return make_machine(spec + ",bandwidth=1GB/s").network->shape().bisection.value_or(-1) / 1e9;
  };
  EXPECT_DOUBLE_EQ(bisection("ring:hosts=8"), 2);
  EXPECT_DOUBLE_EQ(bisection("full-mesh:hosts=8"), 16);
  EXPECT_DOUBLE_EQ(bisection("hypercube:dimensions=6"), 32);
  EXPECT_DOUBLE_EQ(bisection("dragonfly:hosts-per-router=16,routers=32,groups=74,global-links=4"), 74 * 74);
  EXPECT_DOUBLE_EQ(bisection("hyperx:sides=4x8,hosts-per-switch=8"), 4 * 8);
  EXPECT_DOUBLE_EQ(bisection("flattened-butterfly:side=8,dimensions=2"), 8 * 8 / 4 * 8);
  EXPECT_DOUBLE_EQ(bisection("dragonfly-plus:hosts-per-leaf=20,leaves=18,spines=18,groups=4,global-links=18"), 4 * 18);
}

TEST(Formulas, DragonflyDiameterIsThreeRouterHops) {
  const auto network = make_machine("dragonfly").network;
  EXPECT_EQ(network->hosts(), 2 * 4 * 9);
  std::int32_t longest = 0;
  for (Host to = 0; to < network->hosts(); ++to) {
    longest = std::max(longest, network->path(0, to).hops);
  }
  EXPECT_EQ(longest, 3 + 2);
}

TEST(Formulas, ValiantTakesAThirdGroup) {
  const auto minimal = make_machine("dragonfly:groups=6").network;
  const auto valiant = make_machine("dragonfly:groups=6,routing=valiant").network;
  std::vector<LinkId> route;
  for (Host to = 8; to < valiant->hosts(); ++to) {
    valiant->route(0, to, route);
    std::set<std::int64_t> groups;
    for (const LinkId id : route) {
      const Vertex router = valiant->link(id).to - valiant->hosts();
      groups.insert(router < 0 ? 0 : router / 4);
    }
    EXPECT_EQ(groups.size(), 3U) << to;
    EXPECT_GE(valiant->path(0, to).hops, minimal->path(0, to).hops) << to;
  }
  EXPECT_EQ(valiant->path(0, 7).hops, minimal->path(0, 7).hops);
}

TEST(Formulas, GpuPodChangesRailsInsideTheNode) {
  const auto pxn = make_machine("gpu-pod:nodes=4,gpus=4,unit=2,spines=2").network;
  const auto spine = make_machine("gpu-pod:nodes=4,gpus=4,unit=2,spines=2,cross-rail=spine").network;
  EXPECT_EQ(pxn->path(0, 1).hops, 2);  // one node
  EXPECT_EQ(pxn->path(0, 4).hops, 2);  // one rail and unit
  EXPECT_EQ(pxn->path(0, 5).hops, 4);  // NVLink, then the rail
  EXPECT_EQ(pxn->path(0, 8).hops, 4);  // the rail, between units
  EXPECT_EQ(pxn->path(0, 9).hops, 6);
  EXPECT_EQ(spine->path(0, 5).hops, 4);
  EXPECT_EQ(spine->path(0, 9).hops, 4);
  EXPECT_DOUBLE_EQ(pxn->path(0, 1).bandwidth, 450e9);
  EXPECT_DOUBLE_EQ(pxn->path(0, 5).bandwidth, 50e9);
}

TEST(Formulas, NestedRoutesAreBothNetworks) {
  const auto network =
      make_machine("crossbar:hosts=4,bandwidth=25GB/s;node=full-mesh:hosts=8,bandwidth=450GB/s;nics=2").network;
  EXPECT_EQ(network->hosts(), 16);
  EXPECT_EQ(network->path(0, 7).hops, 1);
  EXPECT_DOUBLE_EQ(network->path(0, 7).bandwidth, 450e9);
  EXPECT_EQ(network->path(0, 8).hops, 4);
  EXPECT_DOUBLE_EQ(network->path(0, 8).bandwidth, 25e9);
  EXPECT_EQ(network->vertex_name(17), "nic of host 1");
}

TEST(Formulas, HostCounts) {
  EXPECT_EQ(make_machine("fat-tree:levels=3,ports=16").network->hosts(), 16 * 16 * 16 / 4);
  EXPECT_EQ(make_machine("fat-tree:leaves=5,hosts-per-leaf=7").network->hosts(), 35);
  EXPECT_EQ(make_machine("torus:dims=128x128x64").network->hosts(), 1 << 20);
  EXPECT_EQ(make_machine("torus:dims=128x128x64").network->links(), 6 << 20);
}

}  // namespace
}  // namespace ringwood
