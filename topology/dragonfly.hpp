#pragma once

#include <memory>

#include "topology/uniform.hpp"

namespace ringwood {

struct DragonflySize {
  std::int64_t hosts_per_router = 0;
  std::int64_t routers = 0;  ///< of a group
  std::int64_t groups = 0;
  std::int64_t global_links = 0;  ///< between each pair of groups
};

/// For presets; specs go through topology_dragonfly. Throws Error(kUsage) for too many hosts.
[[nodiscard]] std::unique_ptr<Topology> make_dragonfly(const DragonflySize& size, const Uniform& cable, bool palm_tree);

}  // namespace ringwood
