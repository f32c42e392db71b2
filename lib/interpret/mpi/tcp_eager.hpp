#pragma once

#include "ringwood/ids.hpp"

namespace ringwood {

/// The longest message that the MPI library sends over TCP at once; longer ones first ask their receiver, and its
/// answers queue behind what it sends itself, so that an exchange of long messages uses one direction after the other.
/// 0 where nothing says so: no TCP, a faster network beside it, or another library than Open MPI. MPI is initialised.
[[nodiscard]] Bytes tcp_eager_bytes();

}  // namespace ringwood
