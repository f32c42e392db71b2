#pragma once

#include <span>
#include <string_view>

#include "topology/catalogue.hpp"
#include "topology/machine.hpp"

namespace ringwood {

/// A machine that exists, or a typical one, with where its numbers come from. Marks as in docs: [P] published,
/// [A] arithmetic from published numbers, [C] commonly reported, to be checked before it is quoted.
struct MachinePreset {
  std::string_view name;
  std::string_view summary;
  std::string_view sources;  ///< every number with its mark
  std::span<const KeyInfo> keys;
  Machine (*make)(const TopologyKeys& keys);
};

[[nodiscard]] std::span<const MachinePreset> machine_presets();

/// The preset of that name, or nullptr.
[[nodiscard]] const MachinePreset* find_machine_preset(std::string_view name);

}  // namespace ringwood
