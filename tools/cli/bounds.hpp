#pragma once

#include <cstdint>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"
#include "topology/bounds.hpp"
#include "topology/facts.hpp"
#include "topology/machine.hpp"

namespace ringwood::cli {

/// algbw times this is the bus bandwidth: 2(p-1)/p for allreduce, (p-1)/p for what moves each byte once between equals,
/// 1 where a root has to move everything.
[[nodiscard]] double bus_factor(Collective collective, Rank ranks);

/// Seconds that no schedule can beat on so many ranks that fill the hosts one by one: the largest of the machine's
/// bounds (topology/bounds.hpp). `facts` are the machine's.
[[nodiscard]] double time_bound(Collective collective, Bytes bytes, const Machine& machine, const MachineFacts& facts,
                                Rank ranks, LinkSharing sharing = LinkSharing::kShared);

}  // namespace ringwood::cli
