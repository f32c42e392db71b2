#pragma once

#include <algorithm>
#include <tuple>

#include "ringwood/message.hpp"

namespace ringwood {

/// In the order that all interpreters agree on: by source, destination and lane, and in program order within these.
inline void sort_messages(MessageLog& log) {
  std::stable_sort(log.begin(), log.end(), [](const Message& a, const Message& b) {
    return std::tie(a.source, a.destination, a.lane) < std::tie(b.source, b.destination, b.lane);
  });
}

}  // namespace ringwood
