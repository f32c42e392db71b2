#include "ringwood/placement.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "ringwood/error.hpp"

namespace ringwood {

Placement::Placement(std::vector<Level> levels) : levels_(std::move(levels)) {
  check();
  if (!levels_.empty()) {
    sort_ranks();
    number_box(measure_extents());
  }
}

void Placement::check() const {
  for (std::size_t i = 1; i < levels_.size(); ++i) {
    const Level& inner = levels_[i - 1];
    const Level& outer = levels_[i];
    if (inner.group_of.size() != outer.group_of.size()) {
      throw Error(ErrorKind::kInput, "level '" + outer.name + "' places " + std::to_string(outer.group_of.size()) +
                                         " ranks, level '" + inner.name + "' " + std::to_string(inner.group_of.size()));
    }
    std::map<Rank, Rank> outer_of;
    for (std::size_t rank = 0; rank < inner.group_of.size(); ++rank) {
      const auto [known, added] = outer_of.emplace(inner.group_of[rank], outer.group_of[rank]);
      if (!added && known->second != outer.group_of[rank]) {
        throw Error(ErrorKind::kInput, "rank " + std::to_string(rank) + " shares a " + inner.name +
                                           " with ranks of another " + outer.name);
      }
    }
  }
}

void Placement::sort_ranks() {
  order_.resize(levels_.front().group_of.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::stable_sort(order_.begin(), order_.end(), [&](Rank a, Rank b) {
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
      const Rank group_a = level->group_of[static_cast<std::size_t>(a)];
      const Rank group_b = level->group_of[static_cast<std::size_t>(b)];
      if (group_a != group_b) {
        return group_a < group_b;
      }
    }
    return false;
  });
  position_.resize(order_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) {
    position_[static_cast<std::size_t>(order_[i])] = static_cast<Rank>(i);
  }
}

Placement::Coordinates Placement::measure_extents() {
  const std::size_t dimensions = levels_.size() + 1;
  Coordinates coordinates(order_.size(), std::vector<Rank>(dimensions, 0));
  extents_.assign(dimensions, ranks());
  for (std::size_t i = 1; i <= order_.size(); ++i) {
    // What moves from the last rank to this one is the innermost dimension whose group is still the same.
    std::size_t moving = 0;
    while (i < order_.size() && moving < levels_.size() && !same_group(moving, order_[i - 1], order_[i])) {
      ++moving;
    }
    for (std::size_t d = 0; d < dimensions; ++d) {
      const Rank last = coordinates[i - 1][d];
      if (i == order_.size() || d < moving) {
        extents_[d] = std::min(extents_[d], last + 1);
      }
      if (i < order_.size()) {
        coordinates[i][d] = d > moving ? last : d == moving ? last + 1 : 0;
      }
    }
  }
  return coordinates;
}

void Placement::number_box(const Coordinates& coordinates) {
  Rank size = 1;
  for (const Rank extent : extents_) {
    size *= extent;  // at most the number of ranks: the box is made of them
  }
  box_.assign(static_cast<std::size_t>(size), -1);
  box_number_.resize(order_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) {
    Rank number = 0;
    bool inside = true;
    for (std::size_t d = extents_.size(); d-- > 0;) {
      inside = inside && coordinates[i][d] < extents_[d];
      number = number * extents_[d] + coordinates[i][d] % extents_[d];
    }
    box_number_[static_cast<std::size_t>(order_[i])] = number;
    if (inside) {
      box_[static_cast<std::size_t>(number)] = order_[i];
    } else {
      surplus_.push_back(order_[i]);
    }
  }
  std::sort(surplus_.begin(), surplus_.end());
  std::stable_sort(surplus_.begin(), surplus_.end(), [&](Rank a, Rank b) { return box_number(a) < box_number(b); });
  surplus_start_.assign(box_.size() + 1, 0);
  for (const Rank rank : surplus_) {
    ++surplus_start_[static_cast<std::size_t>(box_number(rank)) + 1];
  }
  std::partial_sum(surplus_start_.begin(), surplus_start_.end(), surplus_start_.begin());
}

bool Placement::same_group(std::size_t level, Rank a, Rank b) const {
  const auto& group_of = levels_[level].group_of;
  return group_of[static_cast<std::size_t>(a)] == group_of[static_cast<std::size_t>(b)];
}

std::span<const Rank> Placement::surplus(Rank number) const {
  const auto begin = static_cast<std::size_t>(surplus_start_[static_cast<std::size_t>(number)]);
  const auto end = static_cast<std::size_t>(surplus_start_[static_cast<std::size_t>(number) + 1]);
  return std::span(surplus_).subspan(begin, end - begin);
}

}  // namespace ringwood
