#pragma once

#include <mpi.h>

namespace ringwood {

/// Loads what RINGWOOD_PLUGINS names into this process, and compares the plug-ins of all ranks. Collective. Throws
/// Error(kUsage) or Error(kInput) on all ranks if one could not load its own, and Error(kUsage) on all if they differ.
void load_same_plugins(MPI_Comm communicator);

}  // namespace ringwood
