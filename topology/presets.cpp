#include "topology/presets.hpp"

#include <array>

#include "topology/dragonfly.hpp"
#include "topology/dragonfly_plus.hpp"
#include "topology/fat_tree.hpp"
#include "topology/gpu_pod.hpp"
#include "topology/torus.hpp"

namespace ringwood {

namespace {

[[nodiscard]] std::int32_t per_host(const TopologyKeys& keys) {
  return static_cast<std::int32_t>(keys.count("per-host", {1, 1'000'000}));
}

[[nodiscard]] std::unique_ptr<Topology> crossbar_of(const TopologyKeys& keys) {
  return topology_crossbar.make(keys);
}

/// With CPUs that start messages of a fast network, where nobody measured them: else what sends one message to each
/// rank at once would take one latency, however many ranks there are.
[[nodiscard]] Machine with_typical_ends(Machine machine) {
  machine.between_hosts.o = 300'000;
  machine.between_hosts.g = 200'000;
  machine.between_hosts.S = 16 * 1024;
  return machine;
}

constexpr KeyInfo kHpcKeys[] = {{"hosts", "number of hosts", "16"}, {"latency", "time on every cable", "450ns"}};

[[nodiscard]] Machine hpc(const TopologyKeys& keys) {
  Machine machine = with_typical_ends(machine_on(crossbar_of(keys), per_host(keys)));
  machine.inside_host.o = 100'000;
  machine.inside_host.g = 100'000;
  return machine;
}

constexpr KeyInfo kFrontierKeys[] = {{"latency", "time on every cable", "50ns"},
                                     {"hop", "time through a switch", "350ns"}};

[[nodiscard]] Machine frontier(const TopologyKeys& keys) {
  return with_typical_ends(machine_on(make_dragonfly({16, 32, 74, 4}, Uniform::of(keys), {}), per_host(keys)));
}

constexpr KeyInfo kLumiKeys[] = {{"groups", "GPU groups", "24"},
                                 {"global-links", "cables between two groups", "4"},
                                 {"latency", "time on every cable", "50ns"},
                                 {"hop", "time through a switch", "350ns"}};

[[nodiscard]] Machine lumi(const TopologyKeys& keys) {
  const std::int64_t groups = keys.count("groups", {1, 545});
  const std::int64_t links = groups == 1 ? 0 : keys.count("global-links", {1, 544});
  if (links * (groups - 1) > 17 * 32) {
    keys.refuse("32 switches with 17 global ports each have not enough of them for " + std::to_string(links) +
                " cables to each of " + std::to_string(groups - 1) + " groups");
  }
  return with_typical_ends(machine_on(make_dragonfly({16, 32, groups, links}, Uniform::of(keys), {}), per_host(keys)));
}

constexpr KeyInfo kLeonardoKeys[] = {{"cells", "GPU cells", "19"},
                                     {"latency", "time on every cable", "50ns"},
                                     {"hop", "time through a switch", "130ns"}};

[[nodiscard]] Machine leonardo(const TopologyKeys& keys) {
  const std::int64_t cells = keys.count("cells", {1, 23});
  const DragonflyPlusSize size = {20, 18, 18, cells, cells == 1 ? 0 : 18};
  return with_typical_ends(machine_on(make_dragonfly_plus(size, Uniform::of(keys)), per_host(keys)));
}

constexpr KeyInfo kDgxKeys[] = {{"units", "scalable units of 32 nodes: 1, 2, 4 or 8", "1"},
                                {"bandwidth", "of a NIC and every cable of the rails, in each direction", "50GB/s"},
                                {"nvlink-latency", "time on the cable from a GPU to its switches", "200ns"},
                                {"cross-rail", "to another rail: pxn (over the neighbour on it) or spine", "pxn"}};

[[nodiscard]] Machine dgx_h100(const TopologyKeys& keys) {
  static constexpr std::string_view kWays[] = {"pxn", "spine"};
  const std::int64_t units = keys.count("units", {1, 8});
  if (units != 1 && units != 2 && units != 4 && units != 8) {
    keys.refuse("units=" + std::to_string(units) + ": accepted are 1, 2, 4 and 8, whose leaves share 32 cables evenly");
  }
  // 2 and 4 units have 8 and 16 spines of 64 ports: 4 a unit take the 256 cables up of its 8 leaves.
  const GpuPodSize size = {32 * units, 8, 32, 4 * units, 8 / units};
  const GpuPodOptions options = {
      {450e9, keys.time("nvlink-latency"), keys.time("hop")}, Uniform::of(keys), keys.word("cross-rail", kWays) == 0};
  return machine_on(make_gpu_pod(size, options), per_host(keys));
}

constexpr KeyInfo kFugakuKeys[] = {{"bandwidth", "of every link, in each direction", "6.8GB/s"},
                                   {"latency", "time on every cable", "0ns"}};

[[nodiscard]] Machine fugaku(const TopologyKeys& keys) {
  static constexpr TorusAxis kAxes[] = {{24, true}, {23, true}, {24, true}, {2, false}, {3, true}, {2, false}};
  Machine machine = machine_on(make_torus(kAxes, Uniform::of(keys)), per_host(keys));
  machine.between_hosts.o = 200'000;
  return machine;
}

constexpr KeyInfo kSummitKeys[] = {{"latency", "time on every cable", "200ns"}, {"per-host", "ranks on a host", "6"}};

[[nodiscard]] Machine summit(const TopologyKeys& keys) {
  static constexpr FatTreeLevel kLevels[] = {{18, 1, 1}, {16, 18, 1}, {16, 16, 1}};
  return with_typical_ends(machine_on(make_fat_tree(kLevels, Uniform::of(keys), {}), per_host(keys)));
}

constexpr KeyInfo kMareNostrumKeys[] = {{"latency", "time on every cable", "50ns"},
                                        {"hop", "time through a switch", "130ns"}};

[[nodiscard]] Machine mare_nostrum_5(const TopologyKeys& keys) {
  // Twice as many bytes a second come into the spines of a subtree as leave it.
  static constexpr FatTreeLevel kLevels[] = {{64, 1, 1}, {10, 16, 4}, {7, 10, 2}};
  return with_typical_ends(machine_on(make_fat_tree(kLevels, Uniform::of(keys), {true}), per_host(keys)));
}

constexpr KeyInfo kTpuKeys[] = {{"shape", "side lengths in chips, as 16x16x16", "16x16x16"},
                                {"bandwidth", "of every link, in each direction", "50GB/s"},
                                {"latency", "time on every cable", "100ns"}};

[[nodiscard]] Machine tpu_v4(const TopologyKeys& keys) {
  std::vector<TorusAxis> axes;
  for (const std::int64_t size : keys.counts("shape", {4, 64})) {
    if (size % 4 != 0) {
      keys.refuse("shape has a side of " + std::to_string(size) + " chips; cubes of 4x4x4 chips are joined");
    }
    axes.push_back({static_cast<std::int32_t>(size), true});
  }
  if (axes.size() != 3) {
    keys.refuse("shape has " + std::to_string(axes.size()) + " sides, accepted are 3, as 16x16x16");
  }
  return machine_on(make_torus(axes, Uniform::of(keys)), per_host(keys));
}

/// What differs between the generations: bandwidth and switches.
[[nodiscard]] constexpr std::array<KeyInfo, 6> commodity_keys(std::string_view bandwidth, std::string_view hop) {
  return {{{"leaves", "leaf switches", "4"},
           {"hosts-per-leaf", "hosts on a leaf", "24"},
           {"spines", "spine switches", "8"},
           {"bandwidth", "of every cable, in each direction", bandwidth},
           {"latency", "time on every cable", "250ns"},
           {"hop", "time through a switch", hop}}};
}

constexpr auto kCommodity10Keys = commodity_keys("10Gbit/s", "500ns");
constexpr auto kCommodity25Keys = commodity_keys("25Gbit/s", "400ns");
constexpr auto kCommodity100Keys = commodity_keys("100Gbit/s", "300ns");

[[nodiscard]] Machine commodity(const TopologyKeys& keys) {
  constexpr IntegerRange kCount = {1, 100'000};
  const FatTreeLevel levels[] = {{keys.count("hosts-per-leaf", kCount), 1, 1},
                                 {keys.count("leaves", kCount), keys.count("spines", kCount), 1}};
  Machine machine = machine_on(make_fat_tree(levels, Uniform::of(keys), {true, 1}), per_host(keys));
  machine.between_hosts.o = 1'500'000;
  machine.between_hosts.g = 1'000'000;
  machine.between_hosts.S = 65'535;
  return machine;
}

constexpr std::string_view kCommoditySources =
    "o = 1.5 us, g = 1 us, S = 65535 B: a simulator's defaults [C]; cables 250 ns, switches as given by hop [C]; "
    "24 hosts and 8 uplinks a leaf, ecmp [C]";

constexpr MachinePreset kPresets[] = {
    {"hpc", "a good network without contention: what is simulated if no machine is named",
     "L = 1 us, o = 0.3 us, g = 0.2 us, 25 GB/s, S = 16 KiB; in a host L = 0.2 us, o = g = 0.1 us, 10 GB/s: "
     "typical values, not a machine's [C]",
     kHpcKeys, &hpc},
    {"frontier", "dragonfly of the 74 compute groups of Frontier; a host is one of a node's 4 NICs",
     "74 groups, 128 nodes a group, 4 NICs of 25 GB/s a node, 32 switches a group with 16 endpoint ports, 4 global "
     "cables between groups [P: glennklockwood.com/garden/systems/frontier; Atchley et al. SC'23]; 37888 endpoints "
     "[A]; "
     "switch 350 ns [C: De Sensi et al. SC'20]; cable 50 ns, CPUs as of hpc [C]",
     kFrontierKeys, &frontier},
    {"lumi", "dragonfly of the GPU groups of LUMI; a host is one of a node's 4 NICs",
     "groups of 128 node slots, 4 NICs of 25 GB/s a node, 64-port switches with 16 host ports, full mesh in the group "
     "[P: LUMI documentation]; 32 switches a group [A]; 24 groups, 4 cables between two groups as on Frontier "
     "(placeholder), switch 350 ns, cable 50 ns, CPUs as of hpc [C]",
     kLumiKeys, &lumi},
    {"leonardo", "dragonfly+ of the 19 GPU cells of Leonardo; a host is one of a node's 2 adapters",
     "cells of 180 nodes on 18 leaves [P: published node-to-cell map], 2 dual-port HDR100 adapters (25 GB/s each) a "
     "node [P: leonardo-supercomputer.cineca.eu]; 20 adapters a leaf, 6840 in all [A]; 18 spines a cell, one cable "
     "from "
     "each to each other cell [C: Turisini et al. 2023]; switch 130 ns, cable 50 ns, CPUs as of hpc [C]. Mixed, CPU "
     "and I/O cells "
     "left out",
     kLeonardoKeys, &leonardo},
    {"dgx-h100", "rail-optimised SuperPOD of DGX H100; a host is a GPU with its NIC",
     "32 nodes a unit, 8 GPUs of 450 GB/s on NVLink and 8 NICs of 50 GB/s a node, 8 leaves a unit with 32 cables down "
     "and 32 up, 8 spines for 2 units, 16 for 4, 32 for 8 [P: NVIDIA DGX SuperPOD reference architecture]; 4 spines "
     "for 1 unit [A]; 4 NVSwitches drawn as one; cable 500 ns, NVLink 200 ns, hop 100 ns: placeholders [C]",
     kDgxKeys, &dgx_h100},
    {"fugaku", "six-dimensional mesh and torus of Fugaku; a host is a node, coordinates X Y Z a b c",
     "24x23x24x2x3x2 = 158976 nodes [P/A: r-ccs.riken.jp]; 6.8 GB/s a link [A]; 100 ns a hop, 0.5 us between "
     "neighbours, hence o = 0.2 us [C: Ajima et al. 2018]. All ports may send at once here; a node has 6 interfaces",
     kFugakuKeys, &fugaku},
    {"summit", "three-level fat tree of Summit; a host is a node of 6 GPUs, its two rails one cable",
     "4608 nodes, 18 a leaf, 36-port switches, 2 x 12.5 GB/s a node [C]; 16 leaves a pod and 16 pods [A]; cable 200 "
     "ns, "
     "switch 100 ns, CPUs as of hpc [C]",
     kSummitKeys, &summit},
    {"marenostrum5", "2:1 fat tree of the accelerated part of MareNostrum 5; a host is one of a node's 4 NICs",
     "1120 nodes, 4 NICs of 25 GB/s a node [C: BSC user documentation]; subtrees of 160 nodes with half of their "
     "bandwidth upwards [C: De Sensi et al. SC'25]; 10 leaves of 64 NICs and 16 spines a subtree, 160 switches above "
     "[A]; ecmp, switch 130 ns, cable 50 ns, CPUs as of hpc [C]",
     kMareNostrumKeys, &mare_nostrum_5},
    {"tpu-v4", "three-dimensional torus of a TPU v4 pod; a host is a chip",
     "16x16x16 = 4096 chips, 6 links a chip, 50 GB/s a link [P: glennklockwood.com/garden/processors/TPUv4; Jouppi et "
     "al. 2023]; cable 100 ns, hop 100 ns: placeholders [C]",
     kTpuKeys, &tpu_v4},
    {"commodity-10g", "leaf and spine switches of 10 Gbit/s", kCommoditySources, kCommodity10Keys, &commodity},
    {"commodity-25g", "leaf and spine switches of 25 Gbit/s", kCommoditySources, kCommodity25Keys, &commodity},
    {"commodity-100g", "leaf and spine switches of 100 Gbit/s", kCommoditySources, kCommodity100Keys, &commodity},
};

}  // namespace

std::span<const MachinePreset> machine_presets() {
  return kPresets;
}

const MachinePreset* find_machine_preset(std::string_view name) {
  for (const MachinePreset& preset : kPresets) {
    if (preset.name == name) {
      return &preset;
    }
  }
  return nullptr;
}

}  // namespace ringwood
