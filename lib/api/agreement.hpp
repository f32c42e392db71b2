#pragma once

#include <mpi.h>

#include "ringwood/mpi/communicator.hpp"

namespace ringwood {

/// Compares what the ranks pass to a call, before any data moves: collective, bytes, type, operation, root, algorithm,
/// and counts. Collective. Throws Error(kUsage) on all ranks alike, naming a rank that differs from rank 0 and both
/// values.
void check_ranks_agree(const CollectiveCall& call, MPI_Comm communicator, Rank ranks);

}  // namespace ringwood
