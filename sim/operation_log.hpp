#pragma once

#include <cstdint>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// One operation on a rank's CPU, as it was served: what time lines are drawn from.
struct LoggedOperation {
  enum class Kind : std::uint8_t { kSend, kReceive, kReduce };

  Picoseconds start = 0;  ///< when the CPU began with it
  Picoseconds end = 0;    ///< when the CPU was done with it
  Bytes bytes = 0;
  Rank rank = 0;
  Rank peer = -1;  ///< of a message; -1 for a reduction
  Lane lane = 0;
  std::int32_t round = 0;
  Kind kind = Kind::kSend;
};

/// In the order in which they were served, which is in program order for each lane of a rank.
using OperationLog = std::vector<LoggedOperation>;

}  // namespace ringwood
