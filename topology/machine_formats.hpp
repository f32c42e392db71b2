#pragma once

#include <span>
#include <string_view>

#include "topology/input_text.hpp"
#include "topology/machine.hpp"

namespace ringwood {

/// A format of files that describe machines; each has a file of its own, read_<format>.cpp. All throw Error(kInput)
/// with file, line and column, and follow no reference to other files.
struct MachineFormat {
  std::string_view name;
  std::string_view summary;
  bool (*recognises)(std::string_view text);
  Machine (*read)(const InputText& input);
};

/// Every format, in the order in which they are tried.
[[nodiscard]] std::span<const MachineFormat> machine_formats();

/// Reads whatever format the text is in. Throws Error(kInput) that lists the formats if it is none.
[[nodiscard]] Machine read_machine(const InputText& input);

/// What files without numbers get: as the generators' fallbacks.
inline constexpr double kUnknownBandwidth = 25e9;
inline constexpr Picoseconds kUnknownLatency = 500'000;

/// Format ringwood.machine/1 (machine_file.hpp).
[[nodiscard]] Machine read_machine_json(const InputText& input);

/// XML of hwloc (lstopo x.xml), through hwloc: a tree of one computer whose hosts are its cores. Bandwidths and
/// latencies are placeholders by the kind of object (numa.cpp). Objects without all of their sets are refused; beyond
/// that a damaged file is as safe as hwloc's own reader.
[[nodiscard]] Machine read_hwloc_xml(const InputText& input);

/// The same of a synthetic string such as "pack:2 core:8 pu:1". Throws Error(kUsage).
[[nodiscard]] Machine hwloc_synthetic_machine(const std::string& description);

/// Slurm's topology.conf (tree and block), or what `scontrol show topology` prints. It says who is near whom and
/// nothing else: every cable has kUnknownBandwidth and kUnknownLatency, LinkSpeed is not used.
[[nodiscard]] Machine read_slurm(const InputText& input);

/// The same as topology.yaml (Slurm 25.05): of its topologies the cluster's default one, or the first.
[[nodiscard]] Machine read_slurm_yaml(const InputText& input);

/// Platform XML of SimGrid: one cluster (FLAT, TORUS, FAT_TREE, DRAGONFLY), or zones of hosts, routers, links, routes,
/// FLAT clusters and other zones. Ranks per host: the cores of hosts if all have as many, else 1. A route is taken for
/// one cable between its ends, as wide as its narrowest link and with the latency of all; that links are shared between
/// routes is not kept, and messages take the shortest way. In clusters of kind DRAGONFLY parallel cables are kept, and
/// messages take the shortest way too.
[[nodiscard]] Machine read_simgrid(const InputText& input);

/// Network YAML of ASTRA-sim's analytical models; GB/s are 10^9 bytes per second.
[[nodiscard]] Machine read_astra_sim(const InputText& input);

/// What ibnetdiscover prints. Hosts are named by the first word of their adapters' descriptions; adapters of one name
/// are one host with several cables. Latencies are kUnknownLatency.
[[nodiscard]] Machine read_ibnetdiscover(const InputText& input);

/// Topology XML of NCCL (NCCL_TOPO_DUMP_FILE, NCCL_TOPO_FILE): hosts are the GPUs of a node. Bandwidths follow from the
/// generation of the GPU and of PCI as NCCL reckons; those between processors are placeholders, and so are latencies.
[[nodiscard]] Machine read_nccl(const InputText& input);

}  // namespace ringwood
