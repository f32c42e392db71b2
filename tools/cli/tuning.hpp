#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ringwood/decision.hpp"
#include "tools/cli/arguments.hpp"

namespace ringwood::cli {

/// A decision table that grows sample by sample in a file, and is whole after each: it survives whatever ends the
/// program, and a later run goes on with it.
class TableFile {
 public:
  /// Reads the file if it is there. Throws Error(kUsage) if it is a table of something else: it says what differs.
  TableFile(std::string path, DecisionProvenance provenance);

  [[nodiscard]] const DecisionSample* find(Collective collective, Rank ranks, Rank nodes, Bytes bytes) const;

  void add(Collective collective, DecisionSample sample);

  /// Makes rules out of the samples and writes all. Without a path it only makes the rules.
  void save(double tolerance);

  [[nodiscard]] const DecisionTable& table() const { return table_; }

 private:
  [[nodiscard]] CollectiveDecisions& decisions(Collective collective);

  std::string path_;
  DecisionTable table_;
};

/// How a tuning run gets its samples. On several ranks all call the same functions in the same order.
struct TuningSource {
  /// Measures or simulates a point.
  std::function<DecisionSample(Collective collective, Bytes bytes)> sample;
  /// What the first rank thinks.
  std::function<bool(bool mine)> agree = [](bool mine) { return mine; };
  /// A size, or the gap between two, is done; there are two less one for each size.
  std::function<void()> step = [] {};
  bool first = true;  ///< whether this rank keeps the table
  Rank ranks = 1;
  Rank nodes = 1;
  Bytes element_size = 1;
  double tolerance = 0;  ///< within which algorithms are tied
};

/// How many steps `tune_sizes` takes.
[[nodiscard]] std::size_t tuning_steps(const std::vector<Bytes>& sizes);

/// Takes samples at all sizes, and between those whose best differ halves the gap (by ratio) until it is a quarter of a
/// power of two. Points that the file has are not taken again.
void tune_sizes(Collective collective, const std::vector<Bytes>& sizes, const TuningSource& source, TableFile& file);

/// What cannot be right in the table's samples (choose.hpp), as remarks.
void tell_inconsistencies(const DecisionTable& table);

}  // namespace ringwood::cli
