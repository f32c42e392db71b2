#pragma once

#include <algorithm>
#include <bit>

#include "ringwood/ids.hpp"

namespace ringwood {

/// How p ranks make p'/2 groups of two to four, and where a rank is in its own.
class EliminationGroups {
 public:
  explicit EliminationGroups(Rank ranks)
      : core_(static_cast<Rank>(std::bit_floor(static_cast<unsigned>(ranks)))),
        larger_(std::min(ranks - core_, core_ / 2)),
        fours_(ranks - core_ - larger_) {}

  /// How many ranks go on after the first rounds.
  [[nodiscard]] Rank core() const { return core_; }

  [[nodiscard]] Rank group_of(Rank me) const {
    if (me < 4 * fours_) {
      return me / 4;
    }
    const Rank in_threes = me - 4 * fours_;
    const Rank threes = larger_ - fours_;
    return in_threes < 3 * threes ? fours_ + in_threes / 3 : larger_ + (in_threes - 3 * threes) / 2;
  }

  [[nodiscard]] Rank size(Rank group) const { return group < fours_ ? 4 : group < larger_ ? 3 : 2; }

  [[nodiscard]] Rank first(Rank group) const { return 2 * group + std::min(group, larger_) + std::min(group, fours_); }

  /// The rank of core member 2 * group (a) or 2 * group + 1 (b).
  [[nodiscard]] Rank rank(Rank member) const {
    const Rank group = member / 2;
    return first(group) + (member % 2 == 0 ? 0 : size(group) == 4 ? 2 : 1);
  }

 private:
  Rank core_;
  Rank larger_;  // groups of three and four
  Rank fours_;
};

/// The half that a rank keeps and the one that it hands on, and with whom: it swaps halves with one rank, then passes a
/// half on to another, or gets one, or (the first of a triple, which does not swap) both. -1: with nobody.
struct Elimination {
  Rank swap_with;
  bool keeps_lower;
  Rank passes_to;
  Rank gets_from;
};

/// Of rank `me` in a group of `size` ranks from `first` on.
[[nodiscard]] inline Elimination elimination_of(Rank me, Rank first, Rank size) {
  const Rank a = first;
  const Rank b = size == 4 ? first + 2 : first + 1;
  if (size == 2) {
    return {me == a ? b : a, me == a, -1, -1};
  }
  const Rank to_lower = first + size - 1;               // c of a triple, d of a four: holds a lower half for a
  const Rank to_upper = size == 4 ? first + 1 : first;  // a of a triple, c of a four: holds an upper half for b
  if (me == to_lower) {
    return {b, true, a, -1};
  }
  if (me == b) {
    return {to_lower, false, -1, to_upper};
  }
  if (size == 3) {
    return {-1, true, b, to_lower};
  }
  return me == a ? Elimination{to_upper, true, -1, to_lower} : Elimination{a, false, b, -1};
}

}  // namespace ringwood
