#pragma once

#include <memory>
#include <span>

#include "topology/uniform.hpp"

namespace ringwood {

struct TorusAxis {
  std::int32_t size = 1;
  bool wraps = true;  ///< ends are connected; without effect for a size of 2 or less
};

/// In which order a message goes along the axes.
enum class TorusRouting {
  kDimensionOrder,
  kAdaptive,  ///< of as many orders as there are axes, each beginning with another one, by load
};

/// For presets; specs go through topology_torus. Throws Error(kUsage) for no or more than 6 axes and too many hosts.
[[nodiscard]] std::unique_ptr<Topology> make_torus(std::span<const TorusAxis> axes, const Uniform& cable,
                                                   TorusRouting routing = TorusRouting::kDimensionOrder);

}  // namespace ringwood
