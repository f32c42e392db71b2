#pragma once

#include <algorithm>
#include <tuple>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// One message, as an interpreter saw it. Every interpreter can keep a log, and all logs of a schedule must agree.
struct Message {
  Rank source = 0;
  Rank destination = 0;
  Lane lane = 0;
  Bytes bytes = 0;

  friend bool operator==(const Message&, const Message&) = default;
};

using MessageLog = std::vector<Message>;

/// In the order that all interpreters agree on: by source, destination and lane, and in program order within these.
inline void sort_messages(MessageLog& log) {
  std::stable_sort(log.begin(), log.end(), [](const Message& a, const Message& b) {
    return std::tie(a.source, a.destination, a.lane) < std::tie(b.source, b.destination, b.lane);
  });
}

}  // namespace ringwood
