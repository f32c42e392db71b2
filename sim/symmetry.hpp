#pragma once

#include <optional>
#include <string>

#include "sim/engine.hpp"

namespace ringwood {

/// What a simulation may take for granted.
struct FoundSymmetry {
  std::optional<Orbits> orbits;  ///< fewer than there are ranks; nothing if all are different, or that would not pay
  std::string refused;           ///< why the algorithm's claim is not true, if it is not
};

/// Orbits of ranks that do alike at equal costs: what the algorithm claims, as far as layout, machine and mapping have
/// it too. These are checked for every pair of ranks that exchanges a message; the claim is checked in full for few
/// ranks, else on samples, and in full for a small number of ranks. Stragglers are not looked at.
[[nodiscard]] FoundSymmetry find_symmetry(const SimulationInput& input);

/// How `rank` differs from what its representative does, or an empty string: in steps, in kinds, bytes and peers of
/// operations. Looks at `most_operations` at most.
[[nodiscard]] std::string difference_from_representative(const Schedule& schedule, const Orbits& orbits, Rank rank,
                                                         std::int64_t most_operations);

}  // namespace ringwood
