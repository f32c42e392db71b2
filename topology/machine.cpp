#include "topology/machine.hpp"

#include <algorithm>
#include <filesystem>

#include "base/nearest.hpp"
#include "ringwood/error.hpp"
#include "topology/catalogue.hpp"
#include "topology/hwloc_discovery.hpp"
#include "topology/machine_file.hpp"
#include "topology/presets.hpp"

namespace ringwood {

namespace {

/// Every name that make_machine knows.
[[nodiscard]] std::vector<std::string> known_names() {
  std::vector<std::string> names = {"local"};
  for (const TopologyFamily* family : topology_families()) {
    names.emplace_back(family->name);
  }
  for (const MachinePreset& preset : machine_presets()) {
    names.emplace_back(preset.name);
  }
  return names;
}

[[noreturn]] void refuse_unknown(const std::string& spec, const std::string& name) {
  const std::vector<std::string> names = known_names();
  std::string listed;
  for (const std::string& known : names) {
    listed += known + ", ";
  }
  throw Error(ErrorKind::kUsage, "machine '" + spec.substr(0, 80) + "': no generator, preset or file of that name" +
                                     did_you_mean(name, names) + "; known are " + listed + "or the name of a file");
}

/// Placeholders for memory that nobody has measured (algorithms.md 13, "shared-memory-like").
[[nodiscard]] LogGops memory_of_a_host() {
  LogGops memory;
  memory.L = 200'000;
  memory.G = TimePerByte::from_bandwidth(10e9);
  return memory;
}

}  // namespace

LogGops Machine::between(Host a, Host b) const {
  LogGops cost = a == b ? inside_host : between_hosts;
  if (a != b) {
    const Path path = network->path(a, b);
    cost.L = path.latency;
    cost.G = TimePerByte::from_bandwidth(path.bandwidth);
  }
  cost.L = replaced.L.value_or(cost.L);
  cost.o = replaced.o.value_or(cost.o);
  cost.g = replaced.g.value_or(cost.g);
  cost.G = replaced.G.value_or(cost.G);
  cost.O = replaced.O.value_or(cost.O);
  cost.S = replaced.S.value_or(cost.S);
  return cost;
}

Machine machine_on(std::shared_ptr<const Topology> network, std::int32_t ranks_per_host) {
  Machine machine;
  machine.network = std::move(network);
  machine.ranks_per_host = ranks_per_host;
  machine.inside_host = memory_of_a_host();
  return machine;
}

Machine make_machine(const std::string& spec) {
  if (spec.empty()) {
    throw Error(ErrorKind::kUsage,
                "the machine is empty; write a generator such as crossbar:hosts=64, a preset or a file");
  }
  const std::string name = spec.substr(0, spec.find(':'));
  if (const TopologyFamily* family = find_topology_family(name)) {
    const TopologyKeys keys(MachineSpec::parse(spec), family->keys);
    Machine machine = machine_on(family->make(keys), static_cast<std::int32_t>(keys.count("per-host", {1, 1'000'000})));
    machine.spec = spec;
    return machine;
  }
  if (const MachinePreset* preset = find_machine_preset(name)) {
    Machine machine = preset->make(TopologyKeys(MachineSpec::parse(spec), preset->keys));
    machine.spec = spec;
    return machine;
  }
  if (spec == "local") {
    Machine machine = local_machine();
    machine.spec = spec;
    return machine;
  }
  std::error_code ignored;
  if (!std::filesystem::exists(spec, ignored)) {
    refuse_unknown(spec, name);
  }
  Machine machine = read_machine_file(spec);
  machine.spec = spec;
  return machine;
}

Machine default_machine(Rank ranks) {
  return make_machine("hpc:hosts=" + std::to_string(std::max(ranks, 1)));
}

}  // namespace ringwood
