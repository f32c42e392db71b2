#pragma once

#include <mpi.h>

#include <span>

#include "api/context.hpp"

namespace ringwood {

/// The receive buffer of an allgather: blocks of `type`, one a rank.
struct GatheredBlocks {
  void* memory = nullptr;
  MPI_Datatype type = MPI_DATATYPE_NULL;
  std::span<const int> counts = {};         ///< one a rank; empty: `equal_count` each
  std::span<const int> displacements = {};  ///< in extents of `type`; empty: one after the other
  int equal_count = 0;
};

/// What this rank sends.
struct GatherInput {
  const void* memory = nullptr;  ///< MPI_IN_PLACE: it is in its place already
  int count = 0;
  MPI_Datatype type = MPI_DATATYPE_NULL;
};

/// Bytes of all blocks together: the same on all ranks, whatever their datatypes.
[[nodiscard]] std::size_t bytes_of(const GatheredBlocks& blocks, Rank ranks);

/// An allgather with any datatypes; what has gaps is packed.
void gather_to_all(Context& context, MPI_Comm comm, const GatherInput& input, const GatheredBlocks& blocks);

}  // namespace ringwood
