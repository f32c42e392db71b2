#pragma once

#include <array>
#include <cstdint>

#include "sim/pair_costs.hpp"

namespace ringwood {

// Of ranks in step (in_step.cpp).

constexpr Rank kGroup = 64;             ///< ranks whose rounds are handled together: in the first-level cache
constexpr std::size_t kMostSends = 64;  ///< of a rank in a round
constexpr Rank kNobody = -1;            ///< the round has no message to wait for
constexpr Rank kEnded = -2;             ///< the program has ended

/// What a rank's round still has to take.
struct Wanted {
  Bytes bytes = 0;
  Rank peer = kNobody;    ///< of the message that it waits for
  std::uint8_t next = 0;  ///< one more than the number of the operation to look at then; 0: none
  bool reduces = false;
};

/// Of a round that is alike those that follow (ringwood::alike): what it sends, to do the same without its program.
struct Repeated {
  Bytes bytes = 0;
  Rank peer = 0;
  std::uint32_t left = 0;  ///< rounds
};

/// Messages of a group's ranks: those that they have taken, or those that they send.
struct Messages {
  std::array<Rank, kGroup * kMostSends> ranks;
  std::array<Rank, kGroup * kMostSends> peers;
  std::array<CostClass, kGroup * kMostSends> classes;
  std::array<Bytes, kGroup * kMostSends> bytes;
  std::array<Picoseconds, kGroup * kMostSends> heads;
  std::size_t count = 0;
  bool alike = false;  ///< one of each rank of the group, in their order, and all of one size and class
};

}  // namespace ringwood
