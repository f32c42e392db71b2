#pragma once

#include <cstdint>

#include "ringwood/visibility.hpp"

/// Names for the integers that the library counts with. They are aliases, not wrapped types: arithmetic on ranks
/// and chunks is what an algorithm consists of, and it should read as it does in the papers.
namespace RINGWOOD_PUBLIC ringwood {

/// A process of a collective, 0 .. p-1.
using Rank = std::int32_t;

/// A piece of the vector of a collective; what a schedule names instead of bytes.
using Chunk = std::int64_t;

/// One of several strands of rounds that a rank runs side by side; 0 is the one that it starts with.
using Lane = std::int32_t;

/// Sizes and offsets in memory and on the wire.
using Bytes = std::int64_t;

/// Simulated time. 64 bits last for 106 days.
using Picoseconds = std::int64_t;

inline constexpr Picoseconds kPicosecondsPerSecond = 1'000'000'000'000;

/// `value` modulo `modulus`, never negative. Values one turn away, which is what algorithms ask for, cost no division.
template <typename Integer>
[[nodiscard]] constexpr Integer modulo(Integer value, Integer modulus) {
  if (value < 0 && value >= -modulus) {
    return value + modulus;
  }
  if (value >= 0 && value < modulus) {
    return value;
  }
  const Integer remainder = value % modulus;
  return remainder < 0 ? remainder + modulus : remainder;
}

}  // namespace ringwood
