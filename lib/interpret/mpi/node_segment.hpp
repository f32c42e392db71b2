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

  [[nodiscard]] std::span<std::byte> memory() const { return memory_; }

  [[nodiscard]] const NodeShape& shape() const { return shape_; }

 private:
  NodeSegment(std::span<std::byte> memory, const NodeShape& shape) : memory_(memory), shape_(shape) {}

  std::span<std::byte> memory_;
  NodeShape shape_;
};

}  // namespace ringwood
