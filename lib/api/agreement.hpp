#pragma once

#include <mpi.h>

#include "api/meeting.hpp"
#include "ringwood/mpi/communicator.hpp"

namespace ringwood {

/// Compares what the ranks pass to a call, before any data moves: collective, bytes, type, operation, root, algorithm,
/// counts and policies. Collective. Throws Error(kUsage) on all ranks alike, naming a rank that differs from rank 0 and
/// both values; and what Meeting::least throws. Returns whether any rank `lacks` what the call is turned into.
[[nodiscard]] bool check_ranks_agree(const CollectiveCall& call, bool lacks, Meeting& meeting, MPI_Comm communicator);

/// Whether any rank lacks it, without comparing anything. Collective; throws what Meeting::least throws.
[[nodiscard]] bool any_lacks(bool lacks, Meeting& meeting);

}  // namespace ringwood
