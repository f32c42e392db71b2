#pragma once

#include "ringwood/select.hpp"
#include "topology/machine.hpp"

namespace ringwood {

/// What messages between ranks cost on a machine, as far as estimates know: without corrections by size. Refers to its
/// arguments.
[[nodiscard]] CostView cost_view(const Machine& machine, const Mapping& mapping);

}  // namespace ringwood
