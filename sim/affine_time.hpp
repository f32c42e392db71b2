#pragma once

#include "sim/model/loggops.hpp"

namespace ringwood {

/// A time that is an affine function of a number on an interval of numbers: its values at the two ends.
struct AffineTime {
  Picoseconds first = 0;
  Picoseconds last = 0;

  friend AffineTime operator+(AffineTime time, Picoseconds constant) {
    return {time.first + constant, time.last + constant};
  }
};

using AffineClocks = ClocksOf<AffineTime>;

/// Compares for all numbers of an interval at once. Where two functions cross inside, the result is meaningless and
/// `crossing` is set: the interval must be split.
class CompareAffine {
 public:
  using Time = AffineTime;

  explicit CompareAffine(bool& crossing) : crossing_(&crossing) {}

  [[nodiscard]] Time later(Time a, Time b) const {
    const bool first = a.first < b.first;
    const bool last = a.last < b.last;
    // Equal at one end is no crossing.
    *crossing_ = *crossing_ || (first != last && a.first != b.first && a.last != b.last);
    return first || last ? b : a;
  }

  [[nodiscard]] bool before(Time a, Time b) const {
    const bool first = a.first < b.first;
    *crossing_ = *crossing_ || first != (a.last < b.last);
    return first;
  }

 private:
  bool* crossing_;
};

}  // namespace ringwood
