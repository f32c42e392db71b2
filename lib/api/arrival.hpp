#pragma once

#include <mpi.h>

namespace ringwood {

/// Returns when all ranks of the communicator have begun their first call on it: what prepares that call waits for
/// nobody who may never come, and meanwhile goes on with what is under way on other communicators. Collective;
/// allocates nothing, so that nobody stays away. Throws Error(kSystem) that names who has not come, in communicators of
/// up to 32 ranks, once this process's RINGWOOD_TIMEOUT is over: the communicator cannot be used any more.
void await_first_call(MPI_Comm users);

}  // namespace ringwood
