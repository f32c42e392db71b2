#pragma once

#include "ringwood/mpi/communicator.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood {

/// Whether each rank has a core of its own.
enum class Cores { kEnough, kShared };

/// The schedule for a call that names its algorithm, or the one that is expected to be fastest. Depends only on what
/// all ranks share. Throws Error(kUsage) that names those that can do it if the named one cannot.
[[nodiscard]] Schedule choose_schedule(const CollectiveCall& call, const Schedule::Request& request, Cores cores);

}  // namespace ringwood
