// The common clock of bench and sweep: ranks whose own clocks are off and drift agree on the time.

#include <gtest/gtest.h>
#include <mpi.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "tests/lib/api/mpi_main.hpp"
#include "tools/cli/mpi/global_clock.hpp"

namespace ringwood::cli {
namespace {

[[nodiscard]] double true_time() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// A rank's own clock: some hours off, and fast or slow.
struct Clock {
  int rank;
  double drift = 30e-6;
  double start = true_time();

  [[nodiscard]] double operator()() const {
    const double now = true_time();
    return now + 7200.0 * rank + (now - start) * drift * (rank % 2 == 0 ? 1 : -1) * rank;
  }
};

/// How far a rank's idea of the first rank's clock is from that clock, which is that of the machine, as rank 0 has no
/// offset and no drift.
[[nodiscard]] double worst_error(const GlobalClock& clock) {
  const double mine = std::abs(clock.now() - true_time());
  double worst = 0;
  MPI_Allreduce(&mine, &worst, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return worst;
}

TEST(GlobalClock, AgreesWithinWhatItClaims) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  GlobalClock clock(MPI_COMM_WORLD, Clock{rank}, GlobalClock::Sharing::kNone);
  // Between the two reads of a test's own clock the system may take a turn.
  double least = worst_error(clock);
  for (int i = 0; i < 20; ++i) {
    clock.update();
    least = std::min(least, worst_error(clock));
  }
  EXPECT_LE(least, clock.error() + 50e-6);
  EXPECT_LT(clock.error(), 0.1) << "of the ranks on one machine";
}

TEST(GlobalClock, LearnsTheDrift) {
  int rank = 0;
  int ranks = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  // So much that no turn that the system takes looks like it.
  GlobalClock clock(MPI_COMM_WORLD, Clock{.rank = rank, .drift = 3e-3}, GlobalClock::Sharing::kNone);
  for (int i = 0; i < 12; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(120));
    clock.update();
  }
  // Half a second later a clock without its drift would be off by 1.5 ms a rank and more; with it, by the noise of
  // offsets.
  const double known = clock.error();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  double least = worst_error(clock);
  for (int i = 0; i < 20; ++i) {
    least = std::min(least, worst_error(clock));
  }
  EXPECT_LE(least, 4 * known + 500e-6) << ranks << " ranks";
}

TEST(GlobalClock, RanksOfANodeShareOne) {
  GlobalClock clock(MPI_COMM_WORLD, true_time, GlobalClock::Sharing::kNode);
  EXPECT_FALSE(clock.several());
  EXPECT_DOUBLE_EQ(clock.error(), 0);
}

}  // namespace
}  // namespace ringwood::cli

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
