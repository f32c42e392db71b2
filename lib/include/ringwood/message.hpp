#pragma once

#include <vector>

#include "ringwood/ids.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// One message, as an interpreter saw it. Every interpreter can keep a log, and all logs of a schedule must agree.
struct Message {
  Rank source = 0;
  Rank destination = 0;
  Lane lane = 0;
  Bytes bytes = 0;

  friend bool operator==(const Message&, const Message&) = default;
};

using MessageLog = std::vector<Message>;

}  // namespace ringwood
