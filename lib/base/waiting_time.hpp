#pragma once

#include <algorithm>
#include <chrono>
#include <string>

namespace ringwood {

/// How long somebody has waited who looks again and again. Time in which the process itself did not run (it was
/// stopped, or had no core) counts little: what it waits for may have come meanwhile, and it has not looked yet.
class WaitingTime {
 public:
  void restart() {
    waited_ = {};
    last_ = Clock::now();
  }

  /// To be asked at each look; between two of them at most a quarter of `most` counts, but 50 ms in any case.
  [[nodiscard]] bool exceeds(std::chrono::milliseconds most) {
    constexpr std::chrono::milliseconds kLeast{50};
    const auto now = Clock::now();
    waited_ += std::min<Clock::duration>(now - last_, std::max(most / 4, kLeast));
    last_ = now;
    return waited_ > most;
  }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::duration waited_{};
  Clock::time_point last_ = Clock::now();
};

/// What an error says where somebody has waited for so long.
[[nodiscard]] inline std::string no_answer(std::chrono::milliseconds waited) {
  return "no answer for " + std::to_string(waited.count()) + " ms";
}

}  // namespace ringwood
