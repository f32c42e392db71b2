#pragma once

#include <mpi.h>

#include <functional>
#include <vector>

#include "tools/cli/mpi/probe_channel.hpp"

namespace ringwood::cli {

/// Measures many things again and again, in passes that go through all of them in changing order, so that all are
/// measured under the same conditions: a machine that is fast at one moment and slow at another (virtual processors
/// that move, others who use the memory) is so for all of them.
class ProbeSession {
 public:
  /// Number of what is measured.
  using Series = std::size_t;

  /// `budget`: seconds for each of them, over all passes. Three passes are made at least.
  ProbeSession(MPI_Comm all, double budget) : all_(all), budget_(budget) {}

  /// Whose time counts.
  enum class Clock {
    kFirst,    ///< the first rank's of a channel: others may end before what they sent is there
    kSlowest,  ///< that of the rank which takes longest, as `bench` has it
  };

  struct Task {
    std::function<void()> action;  ///< of each rank of the channel
    int chain = 1;                 ///< so many times without a pause
    Clock clock = Clock::kFirst;
  };

  /// The channel must live until `run` has ended.
  Series add(const ProbeChannel& channel, Task task);

  /// Collective over all ranks of the communicator, each of which has added the same series in the same order.
  void run();

  /// Of one action: the mean over channels, the median over those passes that were alike (alike_passes).
  [[nodiscard]] double seconds(Series series) const { return seconds_[series]; }

  /// The part of all passes that was not like the others and does not count.
  [[nodiscard]] double dropped() const { return dropped_; }

 private:
  struct Measured {
    const ProbeChannel* channel = nullptr;
    Task task;
    int repetitions = 1;
    int warm_ups = 1;
    std::vector<double> times = {};  // of this rank, of all passes; seconds
  };

  [[nodiscard]] double once(Measured& series) const;
  void estimate(Measured& series) const;
  void measure(Measured& series) const;
  void pass();
  [[nodiscard]] std::vector<double> passes_of(Measured& series) const;
  void conclude();

  MPI_Comm all_;
  double budget_;
  std::vector<Measured> all_series_;
  std::vector<double> seconds_;
  std::uint64_t order_ = 1;
  double dropped_ = 0;
};

}  // namespace ringwood::cli
