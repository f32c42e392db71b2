#pragma once

#include "ringwood/choose.hpp"
#include "ringwood/mpi/communicator.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood {

/// Whether each rank has a core of its own.
enum class Cores { kEnough, kShared };

/// How the ranks reach each other.
enum class Medium {
  kMessages,  ///< some or all of them by messages of MPI
  kMemory,    ///< all of them share a node, and memory
};

struct Surroundings {
  Cores cores = Cores::kEnough;
  Medium medium = Medium::kMessages;
};

/// Whether MPI's own function can do the call: it has its type and operation, and messages need not be named.
[[nodiscard]] bool is_for_mpi(const CollectiveCall& call);

/// Whether it may be that the root alone is in place, which the others do not know: all have to decide without it.
[[nodiscard]] bool root_alone_is_in_place(Collective collective);

/// Whether the MPI library's own collective is expected to be fastest, for a call that names no algorithm and that it
/// can do. Depends only on what all ranks share.
[[nodiscard]] bool prefers_native(const CollectiveCall& call, const Placement& placement, Medium medium);

/// The schedule for a call that names its algorithm, or the one that is expected to be fastest. Depends only on what
/// all ranks share. Throws Error(kUsage) that names those that can do it if the named one cannot. What `objection` (if
/// there is one) has something against is not taken.
[[nodiscard]] Schedule choose_schedule(const CollectiveCall& call, const Schedule::Request& request,
                                       Surroundings surroundings, const Objection& objection = nullptr);

}  // namespace ringwood
