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

struct DragonflyRouting {
  bool palm_tree = false;  ///< wiring; else "absolute"
  bool valiant = false;    ///< through a third group
  bool adaptive = false;   ///< minimal over one of several cables, or through one of several third groups
  std::uint64_t seed = 1;  ///< of the choice of these groups
};

/// For presets; specs go through topology_dragonfly. Throws Error(kUsage) for too many hosts.
[[nodiscard]] std::unique_ptr<Topology> make_dragonfly(const DragonflySize& size, const Uniform& cable,
                                                       const DragonflyRouting& routing);

}  // namespace ringwood
