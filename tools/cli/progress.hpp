#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <thread>

namespace ringwood::cli {

/// Tells on standard error how far a long task has come, and how long it will take: a line that is redrawn on a
/// terminal, a new one every half minute elsewhere. Nothing of what takes less than two seconds.
class Progress {
 public:
  /// `who`, such as "ringwood sweep", begins the lines that are not redrawn.
  Progress(std::string who, std::size_t steps, bool wanted);

  /// One step more is done.
  void step();

  /// Takes the line away.
  void end();

 private:
  using Clock = std::chrono::steady_clock;

  void draw(Clock::time_point now) const;

  std::string who_;
  std::size_t steps_;
  std::size_t done_ = 0;
  bool wanted_;
  bool redrawn_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_ = start_;
};

/// Says on standard error what takes so long, once, if it lives longer than `after`.
class SlowRemark {
 public:
  /// `text` is called by a thread of its own; it may throw nothing but Error, which is not told.
  SlowRemark(bool wanted, std::function<std::string()> text, std::chrono::milliseconds after = std::chrono::seconds{5});

 private:
  std::jthread waiting_;
};

}  // namespace ringwood::cli
