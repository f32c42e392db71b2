#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/recorded.hpp"
#include "ringwood/reduction.hpp"
#include "tools/cli/crew.hpp"

namespace ringwood::cli {

/// What is measured at one point of a grid: several algorithms in turn.
struct MeasurementTask {
  Collective collective = Collective::kAllreduce;
  Bytes bytes = 0;                             ///< of the whole vector
  std::vector<std::string> algorithms;         ///< expressions, "native", or "" for what the library chooses
  const RecordedSchedule* recorded = nullptr;  ///< what the first algorithm is, if that is not known by its name
  ElementType type = ElementType::kFloat;
  ReduceOperator op = ReduceOperator::kSum;
  Rank root = 0;
  double budget_s = 1;  ///< for each algorithm
  std::uint64_t seed = 0;
};

/// What was measured of one algorithm.
struct Measurement {
  std::string algorithm;        ///< what ran, where the library chose
  std::vector<double> seconds;  ///< of each repetition, the slowest rank's; in ascending order
  std::int64_t wrong = 0;       ///< elements, of all ranks, that differed from the reference
};

/// All ranks that this program was started with. Every rank calls the same functions in the same order.
class RealWorld : public Crew {
 public:
  [[nodiscard]] virtual Rank rank() const = 0;
  [[nodiscard]] virtual Rank ranks() const = 0;

  /// "Open MPI 4.1.4".
  [[nodiscard]] virtual std::string library() const = 0;

  /// The names of the hosts, each once.
  [[nodiscard]] virtual std::string hosts() const = 0;

  /// What makes measurements worse than they could be, such as more ranks than cores; empty if nothing.
  [[nodiscard]] virtual std::string doubts() const = 0;

  /// Collective. Throws Error(kUsage) on all ranks for what cannot be done. If MPI or memory fails on any rank, that
  /// rank says so and the program ends.
  [[nodiscard]] virtual std::vector<Measurement> measure(const MeasurementTask& task) = 0;

  [[nodiscard]] bool first() const override { return rank() == 0; }
};

/// "Open MPI 4.1.4", without starting MPI; empty where it is not built in.
[[nodiscard]] std::string mpi_library();

/// Starts MPI, which ends with the object. Throws Error(kUsage) where MPI is not built in.
[[nodiscard]] std::unique_ptr<RealWorld> start_real_world();

}  // namespace ringwood::cli
