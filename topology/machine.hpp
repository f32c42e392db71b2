#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ringwood/ids.hpp"
#include "ringwood/placement.hpp"
#include "topology/loggops.hpp"
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
  TimePerByte gamma;  ///< reduction, for each byte reduced

  /// The parameters between two hosts. Safe to call from several threads; costs one Topology::path.
  [[nodiscard]] LogGops between(Host a, Host b) const;

  [[nodiscard]] std::int64_t rank_slots() const { return std::int64_t{network->hosts()} * ranks_per_host; }
};

/// Reads "crossbar:hosts=64,bandwidth=100Gbit/s", a preset, "local" or the name of a file. Throws Error(kUsage) or
/// Error(kInput) that says what is accepted.
[[nodiscard]] Machine make_machine(const std::string& spec);

/// A machine of that network with the parameters of one that says nothing: L and G come from the routes, o, g, O and
/// gamma are 0, S is no limit; inside a host L = 200 ns and G = 0.1 ns a byte.
[[nodiscard]] Machine machine_on(std::shared_ptr<const Topology> network, std::int32_t ranks_per_host);

/// What is simulated if nobody names a machine: the preset "hpc" (presets.cpp) with one host a rank.
[[nodiscard]] Machine default_machine(Rank ranks);

/// Where each rank runs: host_of[rank].
using Mapping = std::vector<Host>;

/// "block" (fills one host after the other), "round-robin" (one rank a host in turn), "random:SEED" (a shuffle of all
/// places, the same on every system) or a file with one host number a line. Throws Error(kUsage) if the machine is
/// too small, Error(kInput) with file and line if the file is wrong.
[[nodiscard]] Mapping make_mapping(const std::string& spec, const Machine& machine, Rank ranks);

/// Which ranks share a host (level "node"), for algorithms that care.
[[nodiscard]] Placement placement_of(std::span<const Host> mapping);

}  // namespace ringwood
