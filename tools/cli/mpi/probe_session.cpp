#include "tools/cli/mpi/probe_session.hpp"

#include <algorithm>
#include <numeric>

#include "interpret/mpi/mpi_error.hpp"
#include "tools/cli/probe_passes.hpp"

namespace ringwood::cli {

namespace {

constexpr int kLeastPasses = 3;
constexpr int kMostPasses = 400;

// So long one thing is measured before the next has its turn: much shorter than a machine stays as it is.
constexpr double kTurn = 3e-3;
constexpr int kMostInATurn = 60;

// So often it is done before, unless it is slow: what others left in the caches has to go, from all the memory in which
// messages are passed on by turns.
constexpr int kMostWarmUp = 40;

/// A number below `bound` (the generator of Knuth's MMIX): all ranks draw the same.
[[nodiscard]] std::size_t draw(std::uint64_t& state, std::size_t bound) {
  state = state * 6364136223846793005U + 1442695040888963407U;
  return static_cast<std::size_t>((state >> 33U) % bound);
}

}  // namespace

ProbeSession::Series ProbeSession::add(const ProbeChannel& channel, Task task) {
  all_series_.push_back({.channel = &channel, .task = std::move(task)});
  return all_series_.size() - 1;
}

/// Seconds of one action.
double ProbeSession::once(Measured& series) const {
  check_mpi(MPI_Barrier(all_), "MPI_Barrier");
  const double start = probe_clock();
  if (series.channel->takes_part()) {
    for (int i = 0; i < series.task.chain; ++i) {
      series.task.action();
    }
  }
  return series.channel->takes_part() ? (probe_clock() - start) / series.task.chain : 0;
}

/// How often it fits into a turn; of two, the first prepares what is prepared once.
void ProbeSession::estimate(Measured& series) const {
  double taken = 0;
  for (int i = 0; i < 2; ++i) {
    taken = once(series) * series.task.chain;
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &taken, 1, MPI_DOUBLE, MPI_MAX, all_), "MPI_Allreduce");
  }
  series.repetitions = std::clamp(static_cast<int>(kTurn / std::max(taken, 1e-9)), 1, kMostInATurn);
  series.warm_ups = taken < kTurn ? std::min(series.repetitions, kMostWarmUp) : 0;
}

void ProbeSession::measure(Measured& series) const {
  for (int i = 0; i < series.warm_ups; ++i) {
    static_cast<void>(once(series));
  }
  for (int i = 0; i < series.repetitions; ++i) {
    series.times.push_back(once(series));
  }
}

void ProbeSession::pass() {
  std::vector<std::size_t> order(all_series_.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[draw(order_, i)]);
  }
  for (const std::size_t i : order) {
    measure(all_series_[i]);
  }
}

void ProbeSession::run() {
  const double start = probe_clock();
  for (Measured& series : all_series_) {
    estimate(series);
  }
  const double all = budget_ * static_cast<double>(all_series_.size());
  int goes_on = 1;
  for (int passes = 0; goes_on != 0; ++passes) {
    pass();
    const double each = (probe_clock() - start) / (passes + 2);
    goes_on = passes + 1 < kLeastPasses || (passes + 1 < kMostPasses && probe_clock() - start + each < all) ? 1 : 0;
    check_mpi(MPI_Bcast(&goes_on, 1, MPI_INT, 0, all_), "MPI_Bcast");
  }
  conclude();
}

/// Of each pass, what its median took on average over the channels.
std::vector<double> ProbeSession::passes_of(Measured& series) const {
  const bool takes_part = series.channel->takes_part();
  if (takes_part && series.task.clock == Clock::kSlowest) {
    series.channel->take_slowest(series.times);
  }
  std::vector<double> passes;
  for (auto turn = series.times.cbegin(); turn != series.times.cend(); turn += series.repetitions) {
    passes.push_back(median_of({turn, turn + series.repetitions}));
  }
  const bool counts = takes_part && series.channel->rank() == 0;
  passes.push_back(1);  // becomes the number of channels
  if (!counts) {
    std::fill(passes.begin(), passes.end(), 0);
  }
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, passes.data(), static_cast<int>(passes.size()), MPI_DOUBLE, MPI_SUM, all_),
            "MPI_Allreduce");
  const double channels = std::max(1.0, passes.back());
  passes.pop_back();
  for (double& pass : passes) {
    pass /= channels;
  }
  return passes;
}

void ProbeSession::conclude() {
  std::vector<std::vector<double>> times;
  for (Measured& series : all_series_) {
    times.push_back(passes_of(series));
  }
  const std::vector<std::size_t> alike = alike_passes(times);
  for (const std::vector<double>& means : times) {
    std::vector<double> kept;
    for (const std::size_t pass : alike) {
      kept.push_back(means[pass]);
    }
    seconds_.push_back(median_of(std::move(kept)));
  }
  dropped_ = times.empty() ? 0 : 1 - static_cast<double>(alike.size()) / static_cast<double>(times.front().size());
}

}  // namespace ringwood::cli
