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
  std::string id;         ///< 16 hex digits; the same whenever the same is asked for
  std::size_t entry = 0;  ///< which of a sweep's grids it is of
};

enum class GridUse { kMeasured, kSimulated };

/// What a sweep's arguments span: collectives x ranks x sizes x algorithms.
class Grid {
 public:
  /// Throws Error(kUsage).
  Grid(const Arguments& arguments, GridUse use);

  /// `--ranks`, or all slots of `--machine`, or 16; for measurements only what `--ranks` says.
  [[nodiscard]] const std::vector<Rank>& ranks() const { return ranks_; }

  /// Whether so many ranks can measure it: no others are asked for.
  [[nodiscard]] bool is_for(Rank started) const;

  /// Throws Error(kUsage) if it is not.
  void check_real_ranks(Rank started) const;

  /// Whether the MPI library is to be told its algorithms.
  [[nodiscard]] bool forces_native() const;

  using Able = std::function<bool(Collective, Rank, const Choice&)>;

  /// What a choice of the MPI library's own algorithms stands for at a size.
  using NativeChoices = std::function<std::vector<Choice>(Collective, Bytes, const Choice&)>;

  /// The points for these numbers of ranks for which `able` holds; points of one collective, number of ranks and size
  /// follow each other. `native` may be left out where there is none.
  [[nodiscard]] std::vector<GridPoint> points(const std::vector<Rank>& all_ranks, const Able& able,
                                              const NativeChoices& native = nullptr) const;

 private:
  [[nodiscard]] std::string id_of(const GridPoint& point) const;

  std::vector<Collective> collectives_;
  std::vector<std::vector<Choice>> choices_;  // of each collective
  std::vector<Rank> ranks_;
  std::vector<Bytes> sizes_;
  std::string settings_;  // all else that a point depends on
  bool ranks_given_;
};

/// Of points with the same id, the first.
[[nodiscard]] std::vector<GridPoint> each_point_once(std::vector<GridPoint> points);

/// `--ranks`, or all slots of `--machine`, or 16.
[[nodiscard]] std::vector<Rank> ranks_of(const Arguments& arguments);

}  // namespace ringwood::cli
