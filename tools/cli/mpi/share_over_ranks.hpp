#pragma once

#include <mpi.h>

#include "tools/cli/crew.hpp"

namespace ringwood::cli {

/// Ends the program on all ranks, and says why.
using GiveUp = std::function<void(const std::string& why)>;

/// Crew::share over the ranks of a communicator. A counter in the first rank's memory says which piece is next: every
/// rank takes from it for itself, so that nobody has to hand out. Results go to the first rank as messages. Where
/// something is thrown on one rank, the others wait for it for ever: it gives up.
void share_over_ranks(const SharedWork& work, int threads, MPI_Comm communicator, const GiveUp& give_up);

}  // namespace ringwood::cli
