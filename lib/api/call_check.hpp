#pragma once

#include <string>

#include "ringwood/mpi/communicator.hpp"
#include "schedule/plan.hpp"

namespace ringwood {

/// Refuses calls that mean nothing: sizes, counts, root, reduction. Throws Error(kUsage).
void check_call(const CollectiveCall& call, Rank ranks);

/// Refuses null pointers where the plan needs memory. Throws Error(kUsage).
void check_buffers(const CollectiveCall& call, const Plan& plan);

/// RINGWOOD_ALLREDUCE for an allreduce.
[[nodiscard]] std::string variable_of(Collective collective);

}  // namespace ringwood
