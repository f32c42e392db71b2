#include "tools/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <condition_variable>
#include <mutex>
#include <string>
#include <system_error>

#include "ringwood/error.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr std::size_t kWidth = 30;
constexpr std::chrono::milliseconds kBetweenDrawings{200};
constexpr std::chrono::seconds kBetweenLines{30};
constexpr std::chrono::seconds kLong{2};

[[nodiscard]] std::string text_of(double seconds) {
  if (seconds < 120) {
    return fmt::format("{:.0f} s", seconds);
  }
  const auto minutes = static_cast<std::int64_t>(std::ceil(seconds / 60));
  return minutes < 120 ? fmt::format("{} min", minutes) : fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

}  // namespace

Progress::Progress(std::string who, std::size_t steps, bool wanted)
    : who_(std::move(who)), steps_(steps), wanted_(wanted), redrawn_(is_terminal(STDERR_FILENO)) {}

void Progress::step() {
  ++done_;
  if (!wanted_) {
    return;
  }
  const Clock::time_point now = Clock::now();
  const bool due = redrawn_ ? now - start_ >= kLong && now - drawn_ >= kBetweenDrawings : now - drawn_ >= kBetweenLines;
  if (due) {
    drawn_ = now;
    draw(now);
  }
}

void Progress::draw(Clock::time_point now) const {
  const double part = static_cast<double>(done_) / static_cast<double>(steps_);
  const std::chrono::duration<double> spent = now - start_;
  const std::string left = text_of(std::ceil(spent.count() / part * (1 - part)));
  if (!redrawn_) {
    remark(fmt::format("{}: {} of {}, about {} left", who_, done_, steps_, left));
    return;
  }
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(kWidth));
  tell(fmt::format("\r[{}{}] {} of {}, about {} left \x1b[K", std::string(filled, '#'),
                   std::string(kWidth - filled, ' '), done_, steps_, left));
}

void Progress::end() {
  if (wanted_ && redrawn_ && drawn_ != start_) {
    tell("\r\x1b[K");
  }
}

SlowRemark::SlowRemark(bool wanted, std::function<std::string()> text, std::chrono::milliseconds after) {
  if (!wanted) {
    return;
  }
  const auto wait_and_tell = [text = std::move(text), after](const std::stop_token& end) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any ended;
    if (ended.wait_for(lock, end, after, [&] { return end.stop_requested(); })) {
      return;
    }
    try {
      remark(text());
    } catch (const Error&) {  // what is asked for ends with the same error, and tells it
    }
  };
  try {
    waiting_ = std::jthread(wait_and_tell);
  } catch (const std::system_error&) {  // nothing is lost but the remark
  }
}

}  // namespace ringwood::cli
