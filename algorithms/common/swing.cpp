#include "algorithms/common/swing.hpp"

#include <bit>
#include <cstdint>
#include <utility>

#include "algorithms/common/circulant.hpp"

namespace ringwood {

namespace {

std::uint32_t reversed_bits(std::uint32_t value, int bits) {
  std::uint32_t result = 0;
  for (int i = 0; i < bits; ++i) {
    result = (result << 1) | ((value >> i) & 1U);
  }
  return result;
}

}  // namespace

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

SwingGrid::SwingGrid(std::vector<Rank> sides, SwingCopy copy) : sides_(std::move(sides)), mirrored_(copy.mirrored) {
  for (int step = 0, added = -1; added != 0; ++step) {
    added = 0;
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      const std::size_t dimension = (i + static_cast<std::size_t>(copy.first)) % sides_.size();
      if (step < doublings(sides_[dimension])) {
        order_.push_back({dimension, step});
        ++added;
      }
    }
  }
}

Rank SwingGrid::partner(Rank me, int step) const {
  const DimensionStep& at = order_[static_cast<std::size_t>(step)];
  Rank stride = 1;
  for (std::size_t dimension = 0; dimension < at.dimension; ++dimension) {
    stride *= sides_[dimension];
  }
  const Rank side = sides_[at.dimension];
  const Rank own = me / stride % side;
  // Seen in a mirror that leaves coordinate 0 where it is; sides are even, so that what is odd stays odd.
  const Rank seen = mirrored_ ? modulo(-own, side) : own;
  const Rank partner = swing_partner(seen, at.step, side);
  return me + ((mirrored_ ? modulo(-partner, side) : partner) - own) * stride;
}

Rank SwingGrid::seen_from(Rank me, Rank block) const {
  Rank seen = 0;
  Rank stride = 1;
  for (const Rank side : sides_) {
    const Rank own = me / stride % side;
    const Rank offset = block / stride % side;
    seen += modulo(own % 2 == 0 ? own + offset : own - offset, side) * stride;
    stride *= side;
  }
  return seen;
}

// Marks `at` and all that it reaches in steps after `step`, as last seen in step `first`.
void SwingGrid::reach(Rank at, int step, int first, std::vector<int>& last_step) const {
  last_step[static_cast<std::size_t>(at)] = first;
  for (int next = step + 1; next < steps(); ++next) {
    reach(partner(at, next), next, first, last_step);
  }
}

std::vector<std::vector<Rank>> SwingGrid::blocks_of_first() const {
  std::size_t ranks = 1;
  for (const Rank side : sides_) {
    ranks *= static_cast<std::size_t>(side);
  }
  std::vector<int> last_step(ranks, -1);
  for (int step = 0; step < steps(); ++step) {
    reach(partner(0, step), step, step, last_step);
  }
  std::vector<std::vector<Rank>> blocks(static_cast<std::size_t>(steps()));
  for (Rank block = 1; block < static_cast<Rank>(ranks); ++block) {
    blocks[static_cast<std::size_t>(last_step[static_cast<std::size_t>(block)])].push_back(block);
  }
  return blocks;
}

}  // namespace ringwood
