#pragma once

#include <cstdint>

#include "ringwood/schedule.hpp"

namespace ringwood {

/// The most messages that one of a few ranks sends: the first, the last, and one in the middle.
[[nodiscard]] std::int64_t messages_of_a_rank(const Schedule& schedule);

}  // namespace ringwood
