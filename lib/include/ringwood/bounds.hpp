#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

// What no schedule can do with less, whatever the machine; bytes as parts of the vector of the collective. 0 for one
// rank, and where nothing is moved.
//
// What one rank knows reaches at most (k+1)^t ranks in t rounds of k ports. Of an element of a reduction p - 1 partial
// sums must move, and for an allreduce p - 1 copies of the result too; of one of an allgather, p - 1 copies. So much
// is sent on the average, and the busiest rank sends at least that.

/// Rounds in which a rank sends and receives up to `ports` messages: ceil(log_{ports + 1} ranks) (Bruck, Ho 1993).
[[nodiscard]] std::int64_t least_rounds(Rank ranks, std::int32_t ports);

/// What the rank sends that sends most.
[[nodiscard]] double least_sent(Collective collective, Rank ranks);

/// What the rank sends or receives that sends or receives most.
[[nodiscard]] double least_moved(Collective collective, Rank ranks);

/// What leaves a set of `inside` of the ranks.
[[nodiscard]] double least_leaving(Collective collective, Rank ranks, Rank inside, bool root_inside);

/// What crosses the borders between groups of so many ranks each.
[[nodiscard]] double least_crossing(Collective collective, std::span<const Rank> groups, std::size_t group_of_root);

}  // namespace ringwood
