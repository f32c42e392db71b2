#include "interpret/mpi/push_trial.hpp"

#include <algorithm>

namespace ringwood {

/// Whether a manner is so much faster than another one, of which it is not known that it is slower. What makes little
/// difference does not go to and fro; and what went past the caches costs the reader two or three times what it costs
/// otherwise, unless it is far away.
bool PushTrial::is_faster(std::size_t one, std::size_t other) const {
  const std::uint64_t pace = pace_of_[other];
  if (manners_[one] == PushManner::kPastCache && told_ == Told::kWriting) {
    return pace_of_[one] < pace / 3;
  }
  return pace_of_[one] < pace - pace / (told_ == Told::kAll ? 20 : 10);
}

void PushTrial::wrote(std::size_t bytes, std::uint64_t ticks) {
  if (unmeasured_ > 0) {
    unmeasured_ -= std::min(bytes, unmeasured_);
    return;
  }
  paces_[measured_++] = (ticks << 20U) / bytes;
  if (measured_ == kPieces) {
    measured_ = 0;
    decide();
  }
}

/// The one in use is measured first in each trial, then the others.
void PushTrial::decide() {
  const auto middle = paces_.begin() + kPieces / 2;
  std::nth_element(paces_.begin(), middle, paces_.end());
  pace_of_[current_] = *middle;
  if (untried_ == 0) {
    untried_ = manners_.size();
  }
  if (--untried_ > 0) {
    current_ = (current_ + 1) % manners_.size();
    unmeasured_ = kWarming;
    return;
  }
  current_ = best();
  between_ = current_ == taken_ ? std::min(2 * between_, told_ == Told::kAll ? kMostBetweenTurns : kMostBetween)
                                : kLeastBetween;
  taken_ = current_;
  unmeasured_ = between_;
}

// The manners come in the order of PushManner, so that what goes past the caches is held against the best that does
// not.
std::size_t PushTrial::best() const {
  std::size_t best = 0;
  for (std::size_t one = 1; one < manners_.size(); ++one) {
    best = is_faster(one, best) ? one : best;
  }
  return best;
}

}  // namespace ringwood
