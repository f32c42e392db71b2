#include "algorithms/common/cycles.hpp"

#include <numeric>
#include <utility>
#include <vector>

namespace ringwood {

Rank divided(Rank value, Rank factor, Rank modulus) {
  std::int64_t a = factor % modulus;
  std::int64_t b = modulus;
  std::int64_t x = 1;
  std::int64_t y = 0;
  while (b != 0) {
    const std::int64_t quotient = a / b;
    a = std::exchange(b, a - quotient * b);
    x = std::exchange(y, x - quotient * y);
  }
  const std::int64_t inverse = modulo<std::int64_t>(x, modulus);
  return static_cast<Rank>(modulo<std::int64_t>(value, modulus) * inverse % modulus);
}

RingPlace stepped_ring(Rank ranks, Rank me, Rank step) {
  return {divided(me, step, ranks), modulo(me + step, ranks), modulo(me - step, ranks)};
}

namespace {

// Which ranks have the positions 0, 1, 2, ... on one of the two rings, and which positions the ranks have.
class TorusRing {
 public:
  TorusRing(Rank rows, Rank columns, int cycle) : rows_(rows), columns_(columns), cycle_(cycle) {}

  [[nodiscard]] Rank rank_at(Rank position) const {
    const Rank turn = position / columns_;
    const Rank along = position % columns_;
    if (cycle_ == 0) {
      return turn * columns_ + modulo(along - turn, columns_);
    }
    const std::int64_t down = std::int64_t{turn} * (columns_ - 1) + along;
    return static_cast<Rank>(down % rows_) * columns_ + turn % columns_;
  }

  [[nodiscard]] Rank position_of(Rank rank) const {
    const Rank row = rank / columns_;
    const Rank column = rank % columns_;
    const Rank along = modulo(row + column, columns_);
    const Rank turn = cycle_ == 0 ? row : divided(row - along, columns_ - 1, rows_);
    return turn * columns_ + along;
  }

 private:
  Rank rows_;
  Rank columns_;
  int cycle_;
};

}  // namespace

Rank coprime_step(Rank ranks, Rank index) {
  std::vector<Rank> steps;
  for (Rank step = 1; step == 1 || 2 * step < ranks; ++step) {
    if (std::gcd(step, ranks) == 1) {
      steps.push_back(step);
      if (static_cast<Rank>(steps.size()) > index) {
        break;
      }
    }
  }
  return steps[static_cast<std::size_t>(index) % steps.size()];
}

RingPlace torus_ring(Rank rows, Rank columns, Rank me, int cycle) {
  const TorusRing ring(rows, columns, cycle);
  const Rank position = ring.position_of(me);
  const Rank ranks = rows * columns;
  return {position, ring.rank_at(modulo(position + 1, ranks)), ring.rank_at(modulo(position - 1, ranks))};
}

bool torus_has_rings(Rank rows, Rank columns) {
  return columns > 1 && rows % columns == 0 && std::gcd(rows, columns - 1) == 1;
}

}  // namespace ringwood
