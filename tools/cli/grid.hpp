#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/cli/arguments.hpp"
#include "tools/cli/choices.hpp"

namespace ringwood::cli {

/// One point of a sweep.
struct GridPoint {
  Collective collective = Collective::kAllreduce;
  Choice choice;
  Rank ranks = 1;
  Bytes bytes = 0;
  std::string id;  ///< 16 hex digits; the same whenever the same is asked for
};

/// What a sweep's arguments span: collectives x ranks x sizes x algorithms.
class Grid {
 public:
  /// Throws Error(kUsage).
  explicit Grid(const Arguments& arguments);

  /// `--ranks`, or all slots of `--machine`, or 16; for measurements only what `--ranks` says.
  [[nodiscard]] const std::vector<Rank>& ranks() const { return ranks_; }

  /// Throws Error(kUsage) if --ranks asks for others than were started.
  void check_real_ranks(Rank started) const;

  using Able = std::function<bool(Collective, Rank, const Choice&)>;

  /// The points for these numbers of ranks for which `able` holds; points of one collective, number of ranks and size
  /// follow each other.
  [[nodiscard]] std::vector<GridPoint> points(const std::vector<Rank>& all_ranks, const Able& able) const;

 private:
  [[nodiscard]] std::string id_of(const GridPoint& point) const;

  std::vector<Collective> collectives_;
  std::vector<std::vector<Choice>> choices_;  // of each collective
  std::vector<Rank> ranks_;
  std::vector<Bytes> sizes_;
  std::string settings_;  // all else that a point depends on
  bool ranks_given_;
};

/// `--ranks`, or all slots of `--machine`, or 16.
[[nodiscard]] std::vector<Rank> ranks_of(const Arguments& arguments);

}  // namespace ringwood::cli
