#pragma once

#include "tools/cli/real.hpp"
#include "tools/cli/sweep_entries.hpp"

namespace ringwood::cli {

/// Measures the points of this shard, on all ranks at once: those of the grids that ask for this number of ranks, or
/// for none. Returns the exit code.
int measure_sweep(const SweepEntries& entries, const Arguments& arguments, RealWorld& world);

}  // namespace ringwood::cli
