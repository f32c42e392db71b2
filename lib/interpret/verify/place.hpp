#pragma once

#include <cstdint>
#include <string>

#include "ringwood/recorded.hpp"
#include "ringwood/round.hpp"

namespace ringwood {

/// Where in a schedule something happens, so that it can be named later. `source` is compared only, never read.
struct Place {
  Rank rank = 0;
  std::int64_t round = 0;
  Lane lane = -1;  ///< -1: the rank has not forked
  OperationKind kind = OperationKind::kSend;
  Rank peer = -1;
  const Operation* source = nullptr;  ///< the operation as its program yielded it
};

/// "send to 3", "local copy".
[[nodiscard]] std::string what(OperationKind kind, Rank peer);

/// ", line 12" of the file that a recorded schedule was read from; empty for others, for which it is nullptr.
[[nodiscard]] std::string line_of(const Operation* source, const RecordedSchedule* recorded);

/// "rank 2, round 1, line 12, receive from 3".
[[nodiscard]] std::string text_of(const Place& place, const RecordedSchedule* recorded);

}  // namespace ringwood
