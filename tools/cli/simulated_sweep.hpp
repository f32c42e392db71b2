#pragma once

#include "tools/cli/crew.hpp"
#include "tools/cli/sweep_entries.hpp"

namespace ringwood::cli {

/// Simulates the points of this shard, on all threads of all ranks that are there. Returns the exit code.
int simulate_sweep(const SweepEntries& entries, const Arguments& arguments, Crew& crew);

}  // namespace ringwood::cli
