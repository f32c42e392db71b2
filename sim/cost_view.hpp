#pragma once

#include "ringwood/select.hpp"
#include "topology/machine.hpp"

namespace ringwood {

/// What messages between ranks cost on a machine, as far as estimates know: without corrections by size. Refers to its
/// arguments.
[[nodiscard]] CostView cost_view(const Machine& machine, const Mapping& mapping);

/// The same with corrections by size. Finds each pair's costs once and keeps them; for one thread.
[[nodiscard]] CostView cost_view_kept(const Machine& machine, const Mapping& mapping);

/// The same with the routes of messages too, and with what links let pass at once.
[[nodiscard]] CostView cost_view_with_routes(const Machine& machine, const Mapping& mapping);

}  // namespace ringwood
