#pragma once

#include <mpi.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "ringwood/mpi/communicator.hpp"
#include "tools/cli/mpi/check_data.hpp"
#include "tools/cli/mpi/global_clock.hpp"
#include "tools/cli/mpi/native_algorithms.hpp"
#include "tools/cli/real.hpp"

namespace ringwood::cli {

/// Measures the algorithms of one task, in turn: every repetition takes all of them in a new random order, so that
/// what disturbs the machine for a while disturbs them all. Collective.
class Measurer {
 public:
  /// What some tasks need.
  struct Means {
    std::function<NativeAlgorithms&()> native;  ///< for MPI's own algorithms, where they are asked for
    GlobalClock* clock = nullptr;               ///< by which repetitions begin; none: behind a barrier
  };

  /// `timing` is for barriers and for collecting times.
  Measurer(const MeasurementTask& task, Communicator& communicator, MPI_Comm timing, Means means);

  [[nodiscard]] std::vector<Measurement> run();

 private:
  static constexpr int kSets = 2;

  struct Candidate {
    Measurement result;
    const RecordedSchedule* recorded = nullptr;  // in place of the algorithm
    std::string native;                          // what MPI's own algorithm is to be, if not its choice
    std::vector<double> batch;                   // this rank's times that are not yet collected
    double spent = 0;                            // seconds, of the slowest rank
    bool open = true;
  };

  void prepare_buffers();
  void warm_up(Candidate& candidate);
  void check(Candidate& candidate, int set);
  void repeat(std::size_t repetitions);
  void collect();
  void decide(Candidate& candidate) const;
  [[nodiscard]] double timed_call(const Candidate& candidate, int set);
  [[nodiscard]] CollectiveCall call_of(const Candidate& candidate, int set);
  [[nodiscard]] std::size_t next_batch() const;
  [[nodiscard]] bool any_open() const;
  void barrier() const;
  void call(const Candidate& candidate, int set);
  [[nodiscard]] double timed_by_clock(const Candidate& candidate, int set);
  void begin_by_clock();
  [[nodiscard]] std::size_t drop_late(Candidate& candidate, std::vector<double>& seconds) const;
  void look_at_late(std::size_t late, std::size_t all);
  [[nodiscard]] double timed(const Candidate& candidate, int set, const std::function<void()>& synchronise);

  const MeasurementTask& task_;
  Communicator& communicator_;
  MPI_Comm timing_;
  Means means_;
  double margin_ = 0;  // seconds between the plan and the planned moment
  int late_batches_ = 0;
  CheckData data_;
  std::array<std::vector<std::byte>, kSets> send_;
  std::array<std::vector<std::byte>, kSets> receive_;
  std::array<std::vector<std::byte>, kSets> expected_;
  std::vector<Candidate> candidates_;
  std::uint64_t random_;
};

}  // namespace ringwood::cli
