#include "topology/presets.hpp"

#include "topology/fat_tree.hpp"
#include "topology/torus.hpp"

namespace ringwood {

namespace {

[[nodiscard]] std::int32_t per_host(const TopologyKeys& keys) {
  return static_cast<std::int32_t>(keys.count("per-host", {1, 1'000'000}));
}

[[nodiscard]] std::unique_ptr<Topology> crossbar_of(const TopologyKeys& keys) {
  return topology_crossbar.make(keys);
}

constexpr KeyInfo kHpcKeys[] = {{"hosts", "number of hosts", "16"}, {"latency", "time on every cable", "450ns"}};

[[nodiscard]] Machine hpc(const TopologyKeys& keys) {
  Machine machine = machine_on(crossbar_of(keys), per_host(keys));
  machine.between_hosts.o = 300'000;
  machine.between_hosts.g = 200'000;
  machine.between_hosts.S = 16 * 1024;
  machine.inside_host.o = 100'000;
  machine.inside_host.g = 100'000;
  return machine;
}

constexpr MachinePreset kPresets[] = {
    {"hpc", "a good network without contention: what is simulated if no machine is named",
     "L = 1 us, o = 0.3 us, g = 0.2 us, 25 GB/s, S = 16 KiB; in a host L = 0.2 us, o = g = 0.1 us, 10 GB/s: "
     "typical values, not a machine's [C]",
     kHpcKeys, &hpc},
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
