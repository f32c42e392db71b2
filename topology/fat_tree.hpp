#pragma once

#include <memory>
#include <span>

#include "topology/uniform.hpp"

namespace ringwood {

/// One level of an extended generalised fat tree, counted from the hosts.
struct FatTreeLevel {
  std::int64_t down = 1;    ///< children of each switch of this level
  std::int64_t up = 1;      ///< switches of this level above each vertex of the level below
  std::int64_t cables = 1;  ///< between a child and each of its parents
};

/// Which of the ways up a message takes: by its destination (D-mod-k), or by a hash of source and destination. An
/// adaptive tree offers the former and several of the latter.
struct FatTreeRouting {
  bool hashed = false;
  bool adaptive = false;
  std::uint64_t seed = 0;
};

/// For presets; specs go through topology_fat_tree. Throws Error(kUsage) if there are more hosts than Host counts.
[[nodiscard]] std::unique_ptr<Topology> make_fat_tree(std::span<const FatTreeLevel> levels, const Uniform& cable,
                                                      FatTreeRouting routing);

}  // namespace ringwood
