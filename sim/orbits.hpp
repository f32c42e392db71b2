#pragma once

#include "ringwood/algorithm.hpp"
#include "ringwood/ids.hpp"

namespace ringwood {

/// A partition of the ranks: what one member does in a simulation every other does, at the same times, with peers
/// renumbered. Ranks 0 .. representatives() - 1 are one of each. Ranks that are no further apart than a multiple of
/// `period` are alike: rotation by multiples of it, or exclusive or with them, keeps schedule and costs.
class Orbits {
 public:
  /// Everybody is their own.
  explicit Orbits(Rank ranks) : kind_(Symmetry::kNone), ranks_(ranks), period_(ranks) {}

  /// `period` divides `ranks`; for kExclusiveOr both are powers of two.
  Orbits(Symmetry kind, Rank ranks, Rank period) : kind_(kind), ranks_(ranks), period_(period) {}

  [[nodiscard]] Symmetry kind() const { return kind_; }

  [[nodiscard]] Rank representatives() const { return period_; }

  /// Ranks in each.
  [[nodiscard]] Rank size() const { return ranks_ / period_; }

  /// Who stands for a rank.
  [[nodiscard]] Rank representative(Rank rank) const {
    if (period_ == 1) {
      return 0;
    }
    return rank < period_ ? rank : rank % period_;
  }

  /// Whom `other` is to the representative of `rank`, renumbered as `rank` is to become its representative.
  [[nodiscard]] Rank seen_by_representative(Rank other, Rank rank) const {
    return renumbered(other, rank - representative(rank));
  }

  /// The renumbering that takes `shift`, a multiple of the period, to rank 0.
  [[nodiscard]] Rank renumbered(Rank rank, Rank shift) const {
    switch (kind_) {
      case Symmetry::kNone:
        return rank;
      case Symmetry::kRotation:
        return rank >= shift ? rank - shift : rank - shift + ranks_;
      case Symmetry::kExclusiveOr:
        return rank ^ shift;
    }
    return rank;
  }

 private:
  Symmetry kind_;
  Rank ranks_;
  Rank period_;
};

}  // namespace ringwood
