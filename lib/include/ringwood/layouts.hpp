#pragma once

#include "ringwood/layout.hpp"
#include "ringwood/schedule.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// The layout of a schedule's vector of `elements` elements in equal shares. For allreduce and reduce-scatter that is
/// what one rank passes in, for allgather what one rank ends up with, for alltoall all ranks' send buffers in a row.
[[nodiscard]] Layout equal_layout(const Schedule& schedule, Bytes elements, Bytes element_size);

}  // namespace ringwood
