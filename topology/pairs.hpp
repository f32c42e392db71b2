#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ringwood {

/// Two different things of a kind, numbered (1,0), (2,0), (2,1), (3,0), ... so that cables between all of them need no
/// table.
struct Pair {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

[[nodiscard]] constexpr std::int64_t pairs_among(std::int64_t things) {
  return things * (things - 1) / 2;
}

[[nodiscard]] constexpr std::int64_t pair_number(std::int64_t a, std::int64_t b) {
  return pairs_among(std::max(a, b)) + std::min(a, b);
}

[[nodiscard]] inline Pair pair_of(std::int64_t number) {
  auto high = static_cast<std::int64_t>((1 + std::sqrt(1.0 + 8.0 * static_cast<double>(number))) / 2);
  // The square root may be off by one for large numbers.
  while (pairs_among(high) > number) {
    --high;
  }
  while (pairs_among(high + 1) <= number) {
    ++high;
  }
  return {number - pairs_among(high), high};
}

/// Two numbers of 32 bits as one to be hashed.
[[nodiscard]] constexpr std::uint64_t joined(std::int32_t a, std::int32_t b) {
  return (static_cast<std::uint64_t>(a) << 32U) | static_cast<std::uint64_t>(b);
}

/// One of 0 .. count - 1 that is neither a nor b, by a hash; they differ, and count is above 2.
[[nodiscard]] constexpr std::int64_t other_than(std::int64_t a, std::int64_t b, std::int64_t count,
                                                std::uint64_t hash) {
  auto other = static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(count - 2));
  other += other >= std::min(a, b) ? 1 : 0;
  other += other >= std::max(a, b) ? 1 : 0;
  return other;
}

}  // namespace ringwood
