#pragma once

#include "ringwood/mpi/communicator.hpp"

namespace ringwood {

/// The MPI library's own collective for the call, on `communicator`. Throws Error(kUsage) for what MPI's interface
/// cannot say: counts above 2^31 - 1, and operations that are not MPI's.
void run_native(const CollectiveCall& call, MPI_Comm communicator, Rank me, Rank ranks);

}  // namespace ringwood
