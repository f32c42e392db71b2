#pragma once

#include <memory>

#include "topology/uniform.hpp"

namespace ringwood {

struct DragonflyPlusSize {
  std::int64_t hosts_per_leaf = 0;
  std::int64_t leaves = 0;  ///< of a group
  std::int64_t spines = 0;  ///< of a group
  std::int64_t groups = 0;
  std::int64_t global_links = 0;  ///< between each pair of groups
  bool adaptive = false;          ///< routes: minimal over one of several cables, or through one of several groups
};

/// For presets; specs go through topology_dragonfly_plus. Throws Error(kUsage) for too many hosts.
[[nodiscard]] std::unique_ptr<Topology> make_dragonfly_plus(const DragonflyPlusSize& size, const Uniform& cable);

}  // namespace ringwood
