#pragma once

#include <array>
#include <cstdint>

#include "sim/pair_costs.hpp"

namespace ringwood {

// Of ranks in step (in_step.cpp).

constexpr Rank kGroup = 64;    ///< ranks whose rounds are handled together: in the first-level cache
constexpr Rank kBlock = 1024;  ///< ranks that go on as long as they talk among themselves: in the second
constexpr std::size_t kMostMessages =
    488;                      ///< that are sent together; arrays of them begin on different lines of a page
constexpr Rank kNobody = -1;  ///< the round has no message to wait for
constexpr Rank kEnded = -2;   ///< the program has ended

/// What a rank's round still has to take.
struct Wanted {
  Bytes bytes = 0;
  Rank peer = kNobody;     ///< of the message that it waits for
  std::uint32_t rest = 0;  ///< next(), and whether it reduces()

  /// One more than the number of the operation to look at then; 0: none.
  [[nodiscard]] std::size_t next() const { return rest / 2; }

  [[nodiscard]] bool reduces() const { return rest % 2 != 0; }

  [[nodiscard]] static std::uint32_t rest_of(std::size_t next, bool reduces) {
    return static_cast<std::uint32_t>(2 * next + (reduces ? 1 : 0));
  }
};

/// Messages of a group's ranks: those that they have taken, or those that they send.
struct Messages {
  std::array<Rank, kMostMessages> ranks;
  std::array<Rank, kMostMessages> peers;
  std::array<CostClass, kMostMessages> classes;
  std::array<Bytes, kMostMessages> bytes;
  std::array<Picoseconds, kMostMessages> heads;
  std::size_t count = 0;
  bool alike = false;  ///< one of each rank of the group, in their order, and all of one size and class
};

}  // namespace ringwood
