#pragma once

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

/// The largest number of at most `ranks` that is a product of factors of at most `radix`. More than half of `ranks`,
/// for a power of two is: the rest can fold.
[[nodiscard]] inline Rank largest_product(Rank radix, Rank ranks) {
  Rank product = ranks;
  while (product > 1 && factors_up_to(radix, product).empty()) {
    --product;
  }
  return product;
}

}  // namespace ringwood
