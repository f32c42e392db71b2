#pragma once

#include <string>

#include "ringwood/mpi/communicator.hpp"

namespace ringwood {

/// Refuses calls that mean nothing: sizes, counts, root, reduction. Throws Error(kUsage).
void check_call(const CollectiveCall& call, Rank ranks);

/// RINGWOOD_ALLREDUCE for an allreduce.
[[nodiscard]] std::string variable_of(Collective collective);

}  // namespace ringwood
