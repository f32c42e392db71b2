#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// Factors of at most `radix`, largest first, whose product is `ranks`; empty for 1, and where there are none.
[[nodiscard]] inline std::vector<Rank> factors_up_to(Rank radix, Rank ranks) {
  std::vector<Rank> factors;
  Rank rest = ranks;
  while (rest > 1) {
    Rank factor = radix < rest ? radix : rest;
    while (factor > 1 && rest % factor != 0) {
      --factor;
    }
    if (factor == 1) {
      return {};
    }
    factors.push_back(factor);
    rest /= factor;
  }
  return factors;
}

/// The largest number of at most `most` that has no prime factor above `radix`, which is at most 7.
[[nodiscard]] inline Rank largest_with_small_primes(Rank radix, Rank most) {
  if (radix <= 2) {
    return static_cast<Rank>(std::bit_floor(static_cast<unsigned>(most)));
  }
  const Rank prime = radix % 2 == 0 ? radix - 1 : radix;
  Rank best = 0;
  for (std::int64_t power = 1; power <= most && best < most; power *= prime) {
    best = std::max(best,
                    static_cast<Rank>(power * largest_with_small_primes(prime - 1, static_cast<Rank>(most / power))));
  }
  return best;
}

/// The largest number of at most `ranks` that is a product of factors of at most `radix`. More than half of `ranks`,
/// for a power of two is: the rest can fold. Of few primes there are few products, far apart: those are tried instead
/// of all numbers, since every rank of a million asks.
[[nodiscard]] inline Rank largest_product(Rank radix, Rank ranks) {
  if (radix <= 7 && radix < ranks) {
    return largest_with_small_primes(radix, ranks);
  }
  Rank product = ranks;
  while (product > 1 && factors_up_to(radix, product).empty()) {
    --product;
  }
  return product;
}

}  // namespace ringwood
