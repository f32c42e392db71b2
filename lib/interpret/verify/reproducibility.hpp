#pragma once

#include <cstdint>
#include <vector>

#include "ringwood/schedule.hpp"
#include "schedule/symbolic.hpp"

namespace ringwood {

/// The level (VerifyReport::reproducibility) of a schedule that keeps its contract. `trees` has, for each chunk of the
/// result, the tree (SymbolicValues::tree) by which it came about; `same_bits`: on all ranks that end with it.
[[nodiscard]] int reproducibility_of(const Schedule& schedule, const SymbolicState& state,
                                     const std::vector<std::uint64_t>& trees, bool same_bits);

/// Whether the rounds are the same with nothing known of the placement, with all ranks on a node, and with even and odd
/// ranks on two.
[[nodiscard]] bool ignores_placement(const Schedule& schedule);

}  // namespace ringwood
