#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/cli/arguments.hpp"
#include "tools/cli/grid.hpp"

namespace ringwood::cli {

/// One grid of a sweep, as if it alone stood on the command line.
struct SweepEntry {
  Arguments arguments;
  std::string origin;  ///< "plan.yaml:7:5: " in a plan, before what is wrong with it; empty on the command line
};

/// What a sweep is asked for: the grid of the command line, or those of a plan (ringwood.plan/1, plan.schema.json).
class SweepEntries {
 public:
  /// Reads the plan, if the operand is one: a name that ends with .yaml or .yml. What the command line says as well
  /// holds for all of its grids. Throws Error(kUsage), and Error(kInput) with file, line and column.
  explicit SweepEntries(const Arguments& given);

  [[nodiscard]] const std::vector<SweepEntry>& all() const { return entries_; }

  [[nodiscard]] bool from_plan() const { return from_plan_; }

  /// Whether this run simulates: where nothing launched it, or the command line or the plan says so.
  [[nodiscard]] bool simulates() const { return simulates_; }

  /// Whether the plan itself says that it is to be simulated.
  [[nodiscard]] bool plan_simulates() const { return plan_simulates_; }

  /// The grid of each entry. Throws as Grid, with the place in the plan.
  [[nodiscard]] std::vector<Grid> grids() const;

  /// All numbers of ranks, ascending.
  [[nodiscard]] std::vector<Rank> ranks() const;

 private:
  std::vector<SweepEntry> entries_;
  bool from_plan_ = false;
  bool simulates_ = true;
  bool plan_simulates_ = false;
};

}  // namespace ringwood::cli
