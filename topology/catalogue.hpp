#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.hpp"
#include "topology/topology.hpp"

namespace ringwood {

/// What a family says about one key of its spec; `fallback` is what a user would have typed, "" if it follows from
/// others.
struct KeyInfo {
  std::string_view name;
  std::string_view meaning;
  std::string_view fallback;
};

/// "NAME:key=value,key=value", taken apart and not yet understood.
struct MachineSpec {
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;

  /// Throws Error(kUsage) for a pair without '=', an empty name, and keys given twice.
  [[nodiscard]] static MachineSpec parse(std::string_view text);
};

/// The values of a family's keys: what the user gave, else the fallback. Errors are Error(kUsage) and name the key.
class TopologyKeys {
 public:
  /// Throws Error(kUsage) for keys that neither `family_keys` nor common_keys() has.
  TopologyKeys(const MachineSpec& spec, std::span<const KeyInfo> family_keys);

  [[nodiscard]] bool given(std::string_view key) const;
  [[nodiscard]] std::int64_t count(std::string_view key, IntegerRange range) const;
  [[nodiscard]] std::vector<std::int64_t> counts(std::string_view key, IntegerRange range) const;
  [[nodiscard]] double rate(std::string_view key) const;
  [[nodiscard]] Picoseconds time(std::string_view key) const;
  [[nodiscard]] double ratio(std::string_view key) const;
  [[nodiscard]] std::uint64_t seed(std::string_view key) const;

  /// The index in `words` of the one chosen.
  [[nodiscard]] std::size_t word(std::string_view key, std::span<const std::string_view> words) const;

  /// What every cable is: bandwidth and latency, with the hop of the switch or router at its end.
  [[nodiscard]] double bandwidth() const { return rate("bandwidth"); }

  /// Throws Error(kUsage) that starts with the family's name.
  [[noreturn]] void refuse(const std::string& reason) const;

 private:
  [[nodiscard]] const std::string& text(std::string_view key) const;

  std::string family_;
  std::vector<std::pair<std::string, std::string>> values_;
  std::vector<bool> given_;
};

/// A generator of networks: data and one function. Its file defines it, registry.def names it.
struct TopologyFamily {
  std::string_view name;
  std::string_view summary;
  std::string_view reference;  ///< where the definition comes from
  std::span<const KeyInfo> keys;
  std::unique_ptr<Topology> (*make)(const TopologyKeys& keys);
};

/// bandwidth, latency, hop, per-host: known to every family. One that lists such a key itself gives it another
/// fallback.
[[nodiscard]] std::span<const KeyInfo> common_keys();

/// Every generator, in the order of registry.def.
[[nodiscard]] std::span<const TopologyFamily* const> topology_families();

/// The family of that name, or nullptr.
[[nodiscard]] const TopologyFamily* find_topology_family(std::string_view name);

/// The most hosts, switches or links a generator makes: what Host can count.
inline constexpr std::int64_t kMostHosts = 2'147'483'647;

#define TOPOLOGY(file) extern const TopologyFamily topology_##file;
#include "topology/registry.def"
#undef TOPOLOGY

}  // namespace ringwood
