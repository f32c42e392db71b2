#pragma once

#include "api/meeting.hpp"
#include "ringwood/choose.hpp"
#include "ringwood/mpi/call.hpp"

namespace ringwood {

/// Whether the call asks for something that not every algorithm has.
[[nodiscard]] inline bool restricts(const Policies& policies) {
  return policies.reproducibility > 0 || policies.scratch >= 0;
}

/// Bytes of scratch memory that this rank needs for a schedule.
using ScratchOf = std::function<Bytes(const Schedule& schedule)>;

/// What the policies have against a schedule: the same on all ranks, which meet there and ask in the same order.
/// None if they have nothing against any. Throws Error(kUsage) if no policies can be like that.
[[nodiscard]] Objection objection_of(const Policies& policies, Meeting& meeting, ScratchOf scratch_of);

}  // namespace ringwood
