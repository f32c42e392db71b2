#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "interpret/mpi/node_memory.hpp"

namespace ringwood {

/// On which cores the ranks of a node run, each as it said itself when it waited last. Nothing here may be used by two
/// threads at once.
class NodeCores {
 public:
  /// `memory` is the whole segment and has to outlive this. `me` is the rank within the node.
  NodeCores(std::byte* memory, const NodeShape& shape, Rank me);

  /// Others are to know where this rank is now. For whoever begins to wait, or got its core back.
  void note();

  /// Whether the rank cannot run while this one does. True where the system does not tell.
  [[nodiscard]] bool shared_with(Rank rank) const { return core_of(rank) == core_; }

  /// To be called after each time that this rank has given up its core to others. Now and then it looks whether its
  /// core has more of the node's ranks than there need to be, and moves to one that has fewer: ranks that wait for each
  /// other take as long as those of the fullest core, and the system, for which all of them are always at work, takes a
  /// tenth of a second to even that out. Only processes that may run on every core, and so are bound to none, move; and
  /// they may do so afterwards too.
  void spread();

 private:
  // Times that a core was given up, between two looks: at first, and after moves that did not last.
  static constexpr std::uint32_t kLeastBetween = 16;
  static constexpr std::uint32_t kMostBetween = 1U << 14U;

  [[nodiscard]] std::uint32_t core_of(Rank rank) const;
  [[nodiscard]] std::optional<std::uint32_t> emptier_core() const;

  std::byte* memory_;
  NodeShape shape_;
  Rank me_;
  std::uint32_t cores_;     // of the node
  std::uint32_t core_ = 0;  // one more than the number of this rank's, as others see it; 0: nobody knows
  std::uint32_t turns_ = 0;
  std::uint32_t between_ = kLeastBetween;
};

}  // namespace ringwood
