#pragma once

#include "tools/cli/sweep_entries.hpp"

namespace ringwood::cli {

/// Measures with as many ranks as each point is to have: starts `--launcher` for one number of ranks after the other,
/// as `LAUNCHER -n RANKS ringwood sweep ...`, and prints all results together. The launcher comes from the command line
/// alone, never from a plan, and is started without a shell. Returns the exit code.
int launch_sweep(const SweepEntries& entries, const Arguments& arguments);

}  // namespace ringwood::cli
