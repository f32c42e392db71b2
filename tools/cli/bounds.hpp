#pragma once

#include <cstdint>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"
#include "topology/facts.hpp"
#include "topology/machine.hpp"

namespace ringwood::cli {

/// The least that the busiest rank sends, as a part of the vector (algorithms.md, section 2); 0 for one rank.
[[nodiscard]] double bytes_bound(Collective collective, Rank ranks);

/// algbw times this is the bus bandwidth: 2(p-1)/p for allreduce, (p-1)/p for what moves each byte once between equals,
/// 1 where a root has to move everything.
[[nodiscard]] double bus_factor(Collective collective, Rank ranks);

/// Seconds that no schedule on so many ranks can beat that sends one message at a time; for small vectors, those that
/// send several at once may be a little faster. `facts` are the machine's; the bound of an allreduce is
/// allreduce_bound (topology/facts.hpp), that of the others follows from it.
[[nodiscard]] double time_bound(Collective collective, Bytes bytes, const Machine& machine, const MachineFacts& facts,
                                Rank ranks);

}  // namespace ringwood::cli
