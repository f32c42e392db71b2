#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// One thing that a rank really did, and when.
struct Event {
  enum class Kind : std::uint8_t { kSend, kReceive, kReceiveReduce, kReduce, kCopy };

  Kind kind = Kind::kSend;
  Lane lane = 0;
  Rank peer = -1;           ///< negative: nobody else takes part, or several do
  std::uint32_t round = 0;  ///< of its lane
  Bytes bytes = 0;
  std::int64_t start_ns = 0;
  std::int64_t end_ns = 0;
};

/// What one rank did in one call, in any order. Whoever is handed none keeps none.
using EventLog = std::vector<Event>;

/// Of a clock that all processes of a host share and nobody sets.
[[nodiscard]] inline std::int64_t nanoseconds_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace ringwood
