#pragma once

#include <vector>

#include "sim/simulate.hpp"
#include "tools/cli/arguments.hpp"

namespace ringwood::cli {

/// What `--slow` ("3=200,5=150": percent of a usual rank's CPU time) and `--arrival` ("3=10us,5=2us", or "random:TIME"
/// for all ranks, evenly by `--seed`) say about ranks. Throws Error(kUsage).
[[nodiscard]] std::vector<Straggler> stragglers_of(const Arguments& arguments, Rank ranks);

}  // namespace ringwood::cli
