#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace ringwood::cli {

/// Rounds of a tournament in which everybody meets everybody once: who meets whom, nobody twice in a round. Of an odd
/// number one has a pause. The players are shuffled; the same seed gives the same rounds everywhere.
using Pairing = std::vector<std::pair<std::size_t, std::size_t>>;
[[nodiscard]] std::vector<Pairing> tournament(std::size_t players, std::uint64_t seed);

/// Neighbours in the order of their groups that are in one group: (first, second), (third, fourth), ... of each.
[[nodiscard]] Pairing pairs_inside(const std::vector<std::size_t>& groups);

/// Everybody with somebody of another group, if no group has more than half of all.
[[nodiscard]] Pairing pairs_across(const std::vector<std::size_t>& groups);

/// How much slower pairs of hosts exchange while others do than alone; of each pair, the median of what was seen.
class Slowdowns {
 public:
  explicit Slowdowns(std::size_t hosts) : hosts_(hosts), seen_(hosts * hosts) {}

  void add(std::size_t a, std::size_t b, double factor);

  /// Groups of hosts that never slow each other down while pairs between groups do: number of each host's group, in the
  /// order of their first hosts. One group where nothing of that kind is seen.
  [[nodiscard]] std::vector<std::size_t> groups() const;

 private:
  [[nodiscard]] double fast_part(const std::vector<std::size_t>& groups, std::size_t a, std::size_t b) const;

  /// 0: never seen.
  [[nodiscard]] double typical(std::size_t a, std::size_t b) const;

  std::size_t hosts_;
  std::vector<std::vector<double>> seen_;  // of (lower, higher)
};

}  // namespace ringwood::cli
