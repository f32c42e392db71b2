#pragma once

#include <chrono>
#include <cstddef>

namespace ringwood::cli {

/// A line on a terminal's standard error that tells how far a long task has come. Nothing elsewhere.
class Progress {
 public:
  Progress(std::size_t steps, bool wanted);

  /// One step more is done.
  void step();

  /// Takes the line away.
  void end();

 private:
  using Clock = std::chrono::steady_clock;

  void draw(Clock::time_point now) const;

  std::size_t steps_;
  std::size_t done_ = 0;
  bool shown_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_ = start_;
};

}  // namespace ringwood::cli
