#pragma once

#include <cstdint>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"
#include "topology/machine.hpp"

namespace ringwood::cli {

/// The least that the busiest rank sends, as a part of the vector (algorithms.md, section 2); 0 for one rank.
[[nodiscard]] double bytes_bound(Collective collective, Rank ranks);

/// ceil(log2 ranks): in so many rounds at least, one-ported, everybody hears of everybody.
[[nodiscard]] std::int64_t rounds_bound(Rank ranks);

/// algbw times this is the bus bandwidth: 2(p-1)/p for allreduce, (p-1)/p for what moves each byte once between equals,
/// 1 where a root has to move everything.
[[nodiscard]] double bus_factor(Collective collective, Rank ranks);

/// Seconds that no one-ported schedule on these ranks can beat: the least latency for each round that is needed, or the
/// least bytes over what one rank can inject.
[[nodiscard]] double time_bound(Collective collective, Bytes bytes, const Machine& machine, const Mapping& mapping);

}  // namespace ringwood::cli
