#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ringwood/ids.hpp"
#include "ringwood/placement.hpp"
#include "topology/loggops.hpp"
#include "topology/reduction_costs.hpp"
#include "topology/topology.hpp"

namespace ringwood {

/// LogGOPS parameters that a user or a measurement replaces, for all distances.
struct LogGopsOverride {
  std::optional<Picoseconds> L;
  std::optional<Picoseconds> o;
  std::optional<Picoseconds> g;
  std::optional<TimePerByte> G;
  std::optional<TimePerByte> O;
  std::optional<Bytes> S;
};

/// A network and the computers on it: everything the cost models know. A value; the network is shared.
struct Machine {
  std::string spec;  ///< what the user typed, or the file's name
  std::shared_ptr<const Topology> network;
  std::int32_t ranks_per_host = 1;
  /// Between ranks of one host: L and G of the memory.
  LogGops inside_host;
  /// Between hosts: o, g, O and S; L and G come from the route.
  LogGops between_hosts;
  LogGopsOverride replaced;
  ReductionTime gamma;  ///< reduction, for each byte reduced
  /// By type and operator, if known: who knows what is reduced takes `gamma` from there.
  std::shared_ptr<const ReductionCosts> reductions = nullptr;

  /// The parameters between two hosts. Safe to call from several threads; costs one Topology::path.
  [[nodiscard]] LogGops between(Host a, Host b) const;

  [[nodiscard]] std::int64_t rank_slots() const { return std::int64_t{network->hosts()} * ranks_per_host; }
};

/// Reads "crossbar:hosts=64,bandwidth=100Gbit/s", a preset, "local", "hwloc:" and a synthetic string
/// of hwloc, or the name of a file; or two of them, one inside
/// every host of the other (nested.hpp): "fat-tree:leaves=4;node=full-mesh:hosts=8,bandwidth=450GB/s". Behind a node
/// may follow ";nics=4", its hosts of the outer network (1), ";attach=64GB/s" (as the outer hosts' own cables) and
/// ";attach-latency=50ns" (0). More nodes inside of nodes may follow, ";node=" by ";node=". Ranks per host and memory
/// are those of the innermost. Throws Error(kUsage) or Error(kInput) that says what is accepted.
[[nodiscard]] Machine make_machine(const std::string& spec);

/// A machine of that network with the parameters of one that says nothing: L and G come from the routes, o, g, O and
/// gamma are 0, S is no limit; inside a host L = 200 ns and G = 0.1 ns a byte.
[[nodiscard]] Machine machine_on(std::shared_ptr<const Topology> network, std::int32_t ranks_per_host);

/// What is simulated if nobody names a machine: the preset "hpc" (presets.cpp) with one host a rank.
[[nodiscard]] Machine default_machine(Rank ranks);

/// Where each rank runs: host_of[rank].
using Mapping = std::vector<Host>;

/// "block" (fills one host after the other), "round-robin" (one rank a host in turn), "random:SEED" (a shuffle of all
/// places, the same on every system) or a file (mapping_file.hpp). Throws Error(kUsage) if the machine is too small,
/// Error(kInput) with file and line if the file is wrong.
[[nodiscard]] Mapping make_mapping(const std::string& spec, const Machine& machine, Rank ranks);

/// Which ranks share a host (level "node"), for algorithms that care.
[[nodiscard]] Placement placement_of(std::span<const Host> mapping);

/// The same with the groups of the network around it (Topology::group_levels), innermost first. If the network calls a
/// group of hosts a node, a host is a "device". Levels whose groups all hold one rank, or that hold all ranks in one
/// group, or repeat the level inside, are left out; if none is left, that of the hosts stays.
[[nodiscard]] Placement placement_of(const Machine& machine, std::span<const Host> mapping);

}  // namespace ringwood
