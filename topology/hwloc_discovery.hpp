#pragma once

#include "topology/machine.hpp"

namespace ringwood {

/// The computer this runs on, as hwloc sees it: one host with a rank for each core that this process may use (for each
/// hardware thread if there are no cores). Memory parameters are those of machine_on. Throws Error(kUsage) if Ringwood
/// was built without hwloc, Error(kSystem) if hwloc fails.
[[nodiscard]] Machine local_machine();

}  // namespace ringwood
