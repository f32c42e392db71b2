#pragma once

#include <mpi.h>

#include <string>

#include "ringwood/ids.hpp"
#include "ringwood/placement.hpp"

namespace ringwood {

/// A communicator of the same ranks in the same order that nobody else uses, and that returns errors. Collective.
/// Made by MPI_Comm_create, not MPI_Comm_dup: a duplicate would run the copy callbacks of the user's attributes, and
/// inherit the topology and hints. Throws Error(kSystem).
[[nodiscard]] MPI_Comm make_twin(MPI_Comm users);

/// Who shares memory with whom: one level, "node", whose groups are named after their lowest rank. Collective.
[[nodiscard]] Placement shared_memory_placement(MPI_Comm communicator, Rank me, Rank ranks);

/// Gives all ranks the text of rank 0. Collective.
[[nodiscard]] std::string text_of_first_rank(std::string text, MPI_Comm communicator);

}  // namespace ringwood
