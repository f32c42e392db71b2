#pragma once

#include <memory>

#include "topology/uniform.hpp"

namespace ringwood {

struct GpuPodSize {
  std::int64_t nodes = 0;
  std::int64_t gpus = 0;     ///< of a node, and rails
  std::int64_t unit = 0;     ///< nodes of a scalable unit: one leaf switch a rail
  std::int64_t spines = 0;   ///< over all leaves; 0 only if there is one unit
  std::int64_t uplinks = 0;  ///< parallel cables from a leaf to each spine
};

/// The numbers of both networks of a pod, and how messages change rails.
struct GpuPodOptions {
  Uniform inside;         ///< GPU to switch of the node
  Uniform rail;           ///< NIC to leaf, leaf to spine
  bool over_gpus = true;  ///< PXN: to another rail by way of the sender's neighbour on it; else over a spine
};

/// For presets; specs go through topology_gpu_pod. Throws Error(kUsage) for too many hosts, and for rails that must
/// meet in spines of which there are none.
[[nodiscard]] std::unique_ptr<Topology> make_gpu_pod(const GpuPodSize& size, const GpuPodOptions& options);

}  // namespace ringwood
