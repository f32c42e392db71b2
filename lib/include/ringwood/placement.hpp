#pragma once

#include <span>
#include <string>
#include <vector>

#include "ringwood/ids.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// Who is near whom, as far as algorithms need to know: for each level of the machine, innermost first, the group
/// (node, rack, ...) that each rank belongs to; and coordinates made of that. Immutable.
class Placement {
 public:
  struct Level {
    std::string name;            ///< "node", "rack"
    std::vector<Rank> group_of;  ///< one entry a rank; any numbers
  };

  Placement() = default;

  /// Throws Error(kInput) if levels differ in length, or if ranks of one group are apart on a level further out.
  explicit Placement(std::vector<Level> levels);

  [[nodiscard]] const std::vector<Level>& levels() const { return levels_; }

  [[nodiscard]] Rank ranks() const { return static_cast<Rank>(order_.size()); }

  /// All ranks, those of a group next to each other, group by group on every level; within a group by rank.
  [[nodiscard]] std::span<const Rank> order() const { return order_; }

  /// Where `rank` stands in `order`.
  [[nodiscard]] Rank position(Rank rank) const { return position_[static_cast<std::size_t>(rank)]; }

  /// The largest regular box in an irregular machine: extents()[0] ranks in each group of level 0, extents()[1] groups
  /// of level 0 in each group of level 1, ..., and at last the number of outermost groups; each the least there is.
  /// Ranks in the box are numbered with the innermost coordinate running fastest.
  [[nodiscard]] std::span<const Rank> extents() const { return extents_; }

  /// The ranks of the box by number.
  [[nodiscard]] std::span<const Rank> box() const { return box_; }

  /// The number of `rank` in the box, or for surplus ranks of the one whose coordinates are theirs modulo the extents.
  [[nodiscard]] Rank box_number(Rank rank) const { return box_number_[static_cast<std::size_t>(rank)]; }

  [[nodiscard]] bool in_box(Rank rank) const { return box_[static_cast<std::size_t>(box_number(rank))] == rank; }

  /// The ranks outside of the box that have that number, ascending.
  [[nodiscard]] std::span<const Rank> surplus(Rank number) const;

 private:
  void check() const;
  void sort_ranks();
  // By position in `order_`: which rank of its innermost group, which of the groups in the next one, ...
  using Coordinates = std::vector<std::vector<Rank>>;
  [[nodiscard]] Coordinates measure_extents();
  void number_box(const Coordinates& coordinates);
  [[nodiscard]] bool same_group(std::size_t level, Rank a, Rank b) const;

  std::vector<Level> levels_;
  std::vector<Rank> order_;
  std::vector<Rank> position_;
  std::vector<Rank> extents_;
  std::vector<Rank> box_;
  std::vector<Rank> box_number_;
  std::vector<Rank> surplus_;        // grouped by number
  std::vector<Rank> surplus_start_;  // box size + 1
};

}  // namespace ringwood
