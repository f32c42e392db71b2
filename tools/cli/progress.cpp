#include "tools/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <string>

#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr std::size_t kWidth = 30;
constexpr std::chrono::milliseconds kBetweenDrawings{200};

}  // namespace

Progress::Progress(std::size_t steps, bool wanted) : steps_(steps), shown_(wanted && is_terminal(STDERR_FILENO)) {}

void Progress::step() {
  ++done_;
  const Clock::time_point now = Clock::now();
  if (shown_ && now - drawn_ >= kBetweenDrawings) {
    drawn_ = now;
    draw(now);
  }
}

void Progress::draw(Clock::time_point now) const {
  const double part = static_cast<double>(done_) / static_cast<double>(steps_);
  const std::chrono::duration<double> spent = now - start_;
  const double left = std::ceil(spent.count() / part * (1 - part));
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(kWidth));
  fmt::print(stderr, "\r[{}{}] {} of {}, about {:.0f} s left \x1b[K", std::string(filled, '#'),
             std::string(kWidth - filled, ' '), done_, steps_, left);
  std::fflush(stderr);
}

void Progress::end() {
  if (shown_ && drawn_ != start_) {
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
  }
}

}  // namespace ringwood::cli
