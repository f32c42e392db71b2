#include "algorithms/common/swing.hpp"

#include <bit>
#include <cstdint>

#include "algorithms/common/circulant.hpp"

namespace ringwood {

namespace {

// Marks `at` and all that it reaches in steps after `step`, as last seen in step `first`.
void reach(Rank at, int step, int first, std::vector<int>& last_step) {
  const auto ranks = static_cast<Rank>(last_step.size());
  last_step[static_cast<std::size_t>(at)] = first;
  for (int next = step + 1; next < doublings(ranks); ++next) {
    reach(swing_partner(at, next, ranks), next, first, last_step);
  }
}

std::uint32_t reversed_bits(std::uint32_t value, int bits) {
  std::uint32_t result = 0;
  for (int i = 0; i < bits; ++i) {
    result = (result << 1) | ((value >> i) & 1U);
  }
  return result;
}

}  // namespace

std::vector<std::vector<Rank>> swing_offsets(Rank ranks) {
  const int steps = doublings(ranks);
  std::vector<int> last_step(static_cast<std::size_t>(ranks), -1);
  for (int step = 0; step < steps; ++step) {
    reach(swing_partner(0, step, ranks), step, step, last_step);
  }
  std::vector<std::vector<Rank>> offsets(static_cast<std::size_t>(steps));
  for (Rank offset = 1; offset < ranks; ++offset) {
    offsets[static_cast<std::size_t>(last_step[static_cast<std::size_t>(offset)])].push_back(offset);
  }
  return offsets;
}

bool swing_reaches(Rank from, Rank to, int steps, Rank ranks) {
  // An even rank reaches 2 + 8 + 32 + ... ranks below it, with as many terms as there are odd steps; an odd one, above.
  Rank below = 0;
  for (int step = 1; step < steps; step += 2) {
    below += Rank{1} << step;
  }
  const Rank distance = from % 2 == 0 ? to - from : from - to;
  return modulo(distance + below, ranks) < (Rank{1} << steps);
}

Rank swing_position(Rank block, Rank ranks) {
  // Adding and removing the mask of all odd digits turns two's complement into base -2 and back.
  constexpr std::uint32_t kOddDigits = 0xAAAAAAAAU;
  const int bits = doublings(ranks);
  const auto low_bits = static_cast<std::uint32_t>(ranks) - 1U;
  const auto value = static_cast<std::uint32_t>(block % 2 == 0 ? -block : block);
  // The low digits in base -2 depend on the value modulo p alone, so any representative will do.
  const std::uint32_t negabinary = ((value + kOddDigits) ^ kOddDigits) & low_bits;
  return static_cast<Rank>(reversed_bits(negabinary ^ (negabinary >> 1), bits));
}

}  // namespace ringwood
