#include "tools/cli/finished_points.hpp"

#include <signal.h>
#include <unistd.h>

#include <exception>

#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr int kInterrupted = 128 + SIGINT;

// Ends the watcher; blocked in all threads, as SIGINT is.
constexpr int kStop = SIGUSR1;

[[nodiscard]] sigset_t watched_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, kStop);
  return signals;
}

}  // namespace

FinishedPoints::FinishedPoints(const std::string& format) : writer_(format) {
  const sigset_t signals = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  watcher_ = std::thread([this] { watch(); });
}

FinishedPoints::~FinishedPoints() {
  ::pthread_kill(watcher_.native_handle(), kStop);
  watcher_.join();
}

void FinishedPoints::watch() {
  const sigset_t signals = watched_signals();
  int signal = 0;
  if (::sigwait(&signals, &signal) != 0 || signal != SIGINT) {
    return;
  }
  const std::lock_guard lock(mutex_);
  try {
    writer_.finish();
    flush_output();
    remark("ringwood: interrupted; the points that were finished are written");
  } catch (const std::exception& error) {
    remark(std::string("ringwood: interrupted: ") + error.what());
  }
  ::_exit(kInterrupted);
}

void FinishedPoints::add(const Record& record) {
  const std::lock_guard lock(mutex_);
  writer_.add(record);
}

void FinishedPoints::finish() {
  const std::lock_guard lock(mutex_);
  writer_.finish();
}

}  // namespace ringwood::cli
