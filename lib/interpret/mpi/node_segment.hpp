#pragma once

#include <mpi.h>

#include <cstddef>
#include <memory>
#include <span>

#include "interpret/mpi/node_memory.hpp"

namespace ringwood {

/// Memory that the ranks of a node share. It has no name in any file system, so that nothing is left of it when the
/// last of them ends, in whatever way.
class NodeSegment {
 public:
  /// Collective over `node`, whose ranks share memory. nullptr on all of them if one cannot have it: no memory left,
  /// processes that may not see each other, a system without anonymous files. Throws Error(kSystem) if MPI fails.
  [[nodiscard]] static std::unique_ptr<NodeSegment> create(MPI_Comm node);

  NodeSegment(const NodeSegment&) = delete;
  NodeSegment& operator=(const NodeSegment&) = delete;
  ~NodeSegment();

  /// Channels and slots that have nothing to do with those of other areas.
  struct Area {
    std::span<std::byte> memory;
    NodeShape shape;
  };

  /// For calls that wait.
  [[nodiscard]] const Area& waiting() const { return waiting_; }

  /// For calls in steps, of which several may be under way, beside one that waits.
  [[nodiscard]] const Area& stepped() const { return stepped_; }

 private:
  NodeSegment(std::byte* memory, const NodeShape& waiting, const NodeShape& stepped);

  Area waiting_;
  Area stepped_;
};

}  // namespace ringwood
