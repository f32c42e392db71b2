#include "topology/machine.hpp"

#include <algorithm>
#include <filesystem>

#include "base/nearest.hpp"
#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "topology/catalogue.hpp"
#include "topology/hwloc_discovery.hpp"
#include "topology/machine_file.hpp"
#include "topology/machine_formats.hpp"
#include "topology/nested.hpp"
#include "topology/presets.hpp"

namespace ringwood {

namespace {

/// Every name that make_machine knows.
[[nodiscard]] std::vector<std::string> known_names() {
  std::vector<std::string> names = {"local", "hwloc"};
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
  if (replaced.L || replaced.G) {
    cost.corrections = nullptr;  // they are corrections of what was measured
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

namespace {

constexpr std::string_view kNodeSection = ";node=";

/// The last "KEY=VALUE" section of `spec`, which is cut off; empty if the last section has another key.
[[nodiscard]] std::optional<std::string> take_section(std::string& spec, const std::string& key) {
  const std::string start = ";" + key + "=";
  const std::size_t at = spec.rfind(';');
  if (at == std::string::npos || spec.compare(at, start.size(), start) != 0) {
    return std::nullopt;
  }
  std::string value = spec.substr(at + start.size());
  spec.resize(at);
  return value;
}

/// The bandwidth of the narrowest of the outer host's own cables.
[[nodiscard]] double attachment_bandwidth(const Topology& outer) {
  std::vector<LinkId> route;
  if (outer.hosts() > 1) {
    outer.route(0, 1, route);
  }
  return route.empty() ? 25e9 : outer.link(route.front()).bandwidth;
}

/// "OUTER;node=INNER;nics=N;attach=RATE;attach-latency=TIME", the last three in any order and each if wanted.
[[nodiscard]] Machine nested_machine(const std::string& spec) {
  std::string rest = spec;
  Attachment attachment;
  std::optional<double> bandwidth;
  std::optional<std::string> node;
  while (!node) {
    if (const auto nics = take_section(rest, "nics")) {
      attachment.nics = static_cast<std::int32_t>(parse_integer(*nics, {1, 1'000'000}, "nics"));
    } else if (const auto rate = take_section(rest, "attach")) {
      bandwidth = parse_rate(*rate, "attach");
    } else if (const auto time = take_section(rest, "attach-latency")) {
      attachment.latency = parse_time(*time, "attach-latency");
    } else if (node = take_section(rest, "node"); !node) {
      throw Error(ErrorKind::kUsage, "machine '" + spec.substr(0, 80) + "': unknown section '" +
                                         rest.substr(rest.rfind(';') + 1, 40) +
                                         "'; accepted behind ';' are node, nics, attach, attach-latency");
    }
  }
  const Machine inner = make_machine(*node);
  Machine machine = make_machine(rest);
  attachment.bandwidth = bandwidth.value_or(attachment_bandwidth(*machine.network));
  machine.network = make_nested(machine.network, inner.network, attachment);
  machine.ranks_per_host = inner.ranks_per_host;
  machine.inside_host = inner.inside_host;
  machine.spec = spec;
  return machine;
}

}  // namespace

Machine make_machine(const std::string& spec) {
  if (spec.empty()) {
    throw Error(ErrorKind::kUsage,
                "the machine is empty; write a generator such as crossbar:hosts=64, a preset or a file");
  }
  if (spec.find(kNodeSection) != std::string::npos) {
    return nested_machine(spec);
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
  if (name == "hwloc" && spec.size() > name.size() + 1) {
    Machine machine = hwloc_synthetic_machine(spec.substr(name.size() + 1));
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
