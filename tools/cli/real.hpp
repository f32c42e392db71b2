#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/placement.hpp"
#include "ringwood/recorded.hpp"
#include "ringwood/reduction.hpp"
#include "tools/cli/crew.hpp"

namespace ringwood::cli {

/// How the ranks begin a repetition together.
enum class Synchronisation {
  kAuto,       ///< by the clock where ranks are on several nodes and it is good enough, otherwise by a barrier
  kBarrier,    ///< a barrier of our own before each; a time is the slowest rank's
  kRoundTime,  ///< at a planned moment of a clock that they share; a time is from there to the last rank's end
};

/// What is measured at one point of a grid: several algorithms in turn.
struct MeasurementTask {
  Collective collective = Collective::kAllreduce;
  Bytes bytes = 0;  ///< of the whole vector
  /// Expressions, "native", "native:algorithm=ring" for one of MPI's own, or "" for what the library chooses.
  std::vector<std::string> algorithms;
  const RecordedSchedule* recorded = nullptr;  ///< what the first algorithm is, if that is not known by its name
  ElementType type = ElementType::kFloat;
  ReduceOperator op = ReduceOperator::kSum;
  Rank root = 0;
  Synchronisation synchronisation = Synchronisation::kAuto;
  double budget_s = 1;  ///< for each algorithm
  std::uint64_t seed = 0;
};

/// What was measured of one algorithm.
struct Measurement {
  std::string algorithm;        ///< what ran, where the library chose
  std::vector<double> seconds;  ///< of each repetition, the slowest rank's; in ascending order
  std::int64_t wrong = 0;       ///< elements, of all ranks, that differed from the reference
  bool by_clock = false;        ///< began at planned moments, not behind a barrier
  std::int64_t late = 0;        ///< repetitions left out as a rank was not ready at the planned moment
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

  /// Who is near whom, as Communicator::placement has it: collective if it is the first call.
  [[nodiscard]] virtual const Placement& placement() = 0;

  /// What makes measurements worse than they could be, such as more ranks than cores, ranks that are not bound, or a
  /// changing frequency; empty if nothing.
  [[nodiscard]] virtual std::string doubts() const = 0;

  /// Of these, that there are more ranks than cores; empty if there are not.
  [[nodiscard]] virtual std::string oversubscription() const = 0;

  /// What "native:" and `request` stand for at a number of elements: itself, or with "each" every algorithm that the
  /// MPI library has for it, as "algorithm=ring". Collective. Throws Error(kUsage) that says what is accepted.
  [[nodiscard]] virtual std::vector<std::string> native_requests(const std::string& request, Collective collective,
                                                                 Bytes elements) = 0;

  /// Collective. Throws Error(kUsage) on all ranks for what cannot be done. If MPI or memory fails on any rank, that
  /// rank says so and the program ends.
  [[nodiscard]] virtual std::vector<Measurement> measure(const MeasurementTask& task) = 0;

  [[nodiscard]] bool first() const override { return rank() == 0; }
};

/// "Open MPI 4.1.4", without starting MPI; empty where it is not built in.
[[nodiscard]] std::string mpi_library();

/// Whether the MPI library's own algorithms are chosen for it; Open MPI has to be told before it starts.
enum class NativeControl { kNone, kForced };

/// Starts MPI, which ends with the object. Throws Error(kUsage) where MPI is not built in.
[[nodiscard]] std::unique_ptr<RealWorld> start_real_world(NativeControl native = NativeControl::kNone);

}  // namespace ringwood::cli
