#pragma once

#include <mpi.h>

#include <memory>
#include <string>
#include <vector>

#include "interpret/mpi/node_segment.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/placement.hpp"

namespace ringwood {

/// A communicator of the same ranks in the same order that nobody else uses, and that returns errors. Collective.
/// Made by MPI_Comm_create, not MPI_Comm_dup: a duplicate would run the copy callbacks of the user's attributes, and
/// inherit the topology and hints. Throws Error(kSystem).
[[nodiscard]] MPI_Comm make_twin(MPI_Comm users);

/// Who shares memory with whom, and that memory.
struct Node {
  Placement placement;                   ///< one level, "node", whose groups are named after their lowest rank
  std::vector<Rank> rank_of;             ///< of each rank: its number on this rank's node, negative if it is elsewhere
  std::unique_ptr<NodeSegment> segment;  ///< none if this rank is alone there, or if there can be none
};

/// Collective.
[[nodiscard]] Node find_node(MPI_Comm communicator, Rank me, Rank ranks, bool shares_memory);

/// Gives all ranks the text of rank 0. Collective.
[[nodiscard]] std::string text_of_first_rank(std::string text, MPI_Comm communicator);

}  // namespace ringwood
