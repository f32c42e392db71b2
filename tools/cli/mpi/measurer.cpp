#include "tools/cli/mpi/measurer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <thread>

#include "interpret/mpi/mpi_error.hpp"
#include "interpret/mpi/native.hpp"
#include "tools/cli/statistics.hpp"

namespace ringwood::cli {

namespace {

constexpr std::size_t kLeastSamples = 6;  // the least with a 95 % interval
constexpr std::size_t kLeastSamplesIfSlow = 3;
constexpr std::size_t kMostSamples = 10000;

// A narrow interval counts only after so much time: what touches memory for the first time does so in each of the first
// calls, and agrees with itself.
constexpr double kLeastTime = 1e-3;

constexpr std::size_t kLargestBatch = 200;
constexpr int kTag = 0;
constexpr std::string_view kNativeForced = "native:";

// Between the plan and the planned moment the plan has to reach everybody.
constexpr double kLeastMargin = 20e-6;
constexpr double kMarginInErrors = 10;

// More repetitions than that for which some rank is late call for more time; after so many batches, for a barrier.
constexpr double kMostLate = 0.1;
constexpr int kMostLateBatches = 12;

// Of the shortest time that is measured.
constexpr double kMostClockError = 0.05;

/// A number below `bound` (SplitMix64; the slight bias of the remainder does not matter for an order).
[[nodiscard]] std::size_t draw(std::uint64_t& state, std::size_t bound) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t x = state;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return static_cast<std::size_t>((x ^ (x >> 31U)) % bound);
}

// Sleeping may take this much longer than was asked for; the rest of the time is looked at the clock.
constexpr double kSleepsLonger = 150e-6;

/// Nobody's core is kept in the meantime: ranks that share one could not all be ready otherwise.
void wait_until(double start, const GlobalClock& clock) {
  for (double left = start - clock.now(); left > 0; left = start - clock.now()) {
    if (left > kSleepsLonger) {
      std::this_thread::sleep_for(std::chrono::duration<double>(left - kSleepsLonger));
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace

Measurer::Measurer(const MeasurementTask& task, Communicator& communicator, MPI_Comm timing, Means means)
    : task_(task),
      communicator_(communicator),
      timing_(timing),
      means_(std::move(means)),
      data_(task, communicator.rank(), communicator.size()),
      random_(task.seed) {
  for (const std::string& algorithm : task.algorithms) {
    Candidate& candidate = candidates_.emplace_back();
    candidate.result.algorithm = algorithm;
    if (algorithm.starts_with(kNativeForced)) {
      candidate.native = algorithm.substr(kNativeForced.size());
    }
  }
  candidates_.front().recorded = task.recorded;
  prepare_buffers();
}

std::vector<Measurement> Measurer::run() {
  for (Candidate& candidate : candidates_) {
    warm_up(candidate);
  }
  collect();
  begin_by_clock();
  while (any_open()) {
    if (means_.clock != nullptr) {
      means_.clock->update();
    }
    repeat(next_batch());
    collect();
  }
  std::vector<Measurement> results;
  for (Candidate& candidate : candidates_) {
    // What it did while it was hurried is checked as well.
    check(candidate, 1);
    std::int64_t wrong = candidate.result.wrong;
    check_mpi(MPI_Allreduce(&wrong, &candidate.result.wrong, 1, MPI_INT64_T, MPI_SUM, timing_), "MPI_Allreduce");
    results.push_back(std::move(candidate.result));
  }
  return results;
}

void Measurer::prepare_buffers() {
  const bool in_place = task_.collective == Collective::kBroadcast;
  for (int set = 0; set < kSets; ++set) {
    const auto index = static_cast<std::size_t>(set);
    send_[index].resize(data_.send_bytes());
    data_.fill(send_[index], set);
    receive_[index].assign(data_.receive_bytes(), std::byte{0});
    expected_[index] = data_.expected(set);
    if (in_place) {
      std::copy(send_[index].begin(), send_[index].end(), receive_[index].begin());
    }
  }
}

CollectiveCall Measurer::call_of(const Candidate& candidate, int set) {
  const auto index = static_cast<std::size_t>(set);
  const Bytes element_size = size_of(task_.type);
  return {.collective = task_.collective,
          .send = send_[index].data(),
          .receive = receive_[index].data(),
          .in_place = task_.collective == Collective::kBroadcast,
          .elements = static_cast<std::size_t>(task_.bytes / element_size),
          .element_size = element_size,
          .root = task_.root,
          .reduction = data_.reduction(),
          .type = mpi_type(task_.type),
          .op = data_.reduction() == nullptr ? MPI_OP_NULL : mpi_op(task_.op),
          .algorithm = candidate.recorded == nullptr ? std::string_view(candidate.result.algorithm) : "",
          .recorded = candidate.recorded};
}

/// One untimed call that is checked, and one timed one that tells how long the others will take.
void Measurer::warm_up(Candidate& candidate) {
  if (candidate.result.algorithm.empty()) {
    candidate.result.algorithm = communicator_.algorithm_for(call_of(candidate, 0));
  }
  check(candidate, 0);
  candidate.batch.push_back(timed_call(candidate, 1));
}

void Measurer::check(Candidate& candidate, int set) {
  const auto index = static_cast<std::size_t>(set);
  const bool has_data = task_.collective == Collective::kBroadcast && communicator_.rank() == task_.root;
  if (!has_data) {
    std::fill(receive_[index].begin(), receive_[index].end(), std::byte{0});
  }
  call(candidate, set);
  candidate.result.wrong = std::max(candidate.result.wrong, data_.wrong(receive_[index], expected_[index]));
}

/// Everybody has heard of everybody when it ends: after ceil(log2 p) rounds, whatever the MPI library's barrier does
/// (Hensgen, Finkel, Manber 1988).
void Measurer::barrier() const {
  const int ranks = communicator_.size();
  const int me = communicator_.rank();
  for (int distance = 1; distance < ranks; distance *= 2) {
    const int to = (me + distance) % ranks;
    const int from = (me - distance + ranks) % ranks;
    check_mpi(
        MPI_Sendrecv(nullptr, 0, MPI_BYTE, to, kTag, nullptr, 0, MPI_BYTE, from, kTag, timing_, MPI_STATUS_IGNORE),
        "MPI_Sendrecv");
  }
}

void Measurer::call(const Candidate& candidate, int set) {
  const CollectiveCall call = call_of(candidate, set);
  if (candidate.native.empty()) {
    communicator_.run(call);
    return;
  }
  const auto forced = means_.native().force(candidate.native, call.collective, static_cast<Bytes>(call.elements));
  run_native(call, forced.communicator(), communicator_.rank(), communicator_.size());
}

/// From when all are there until this rank has done its part.
double Measurer::timed_call(const Candidate& candidate, int set) {
  const CollectiveCall call = call_of(candidate, set);
  if (candidate.native.empty()) {
    barrier();
    const double start = MPI_Wtime();
    communicator_.run(call);
    return MPI_Wtime() - start;
  }
  const auto forced = means_.native().force(candidate.native, call.collective, static_cast<Bytes>(call.elements));
  barrier();
  const double start = MPI_Wtime();
  run_native(call, forced.communicator(), communicator_.rank(), communicator_.size());
  return MPI_Wtime() - start;
}

/// From a planned moment until this rank has done its part; infinite if it was not ready then.
double Measurer::timed_by_clock(const Candidate& candidate, int set) {
  const GlobalClock& clock = *means_.clock;
  const CollectiveCall call = call_of(candidate, set);
  std::optional<NativeAlgorithms::Forced> forced;
  if (!candidate.native.empty()) {
    forced.emplace(means_.native().force(candidate.native, call.collective, static_cast<Bytes>(call.elements)));
  }
  double start = clock.now() + margin_;
  check_mpi(MPI_Bcast(&start, 1, MPI_DOUBLE, 0, timing_), "MPI_Bcast");
  const bool late = clock.now() > start;
  wait_until(start, clock);
  if (forced) {
    run_native(call, forced->communicator(), communicator_.rank(), communicator_.size());
  } else {
    communicator_.run(call);
  }
  return late ? std::numeric_limits<double>::infinity() : clock.now() - start;
}

void Measurer::repeat(std::size_t repetitions) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (candidates_[i].open) {
      order.push_back(i);
    }
  }
  for (std::size_t repetition = 0; repetition < repetitions; ++repetition) {
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[draw(random_, i)]);
    }
    for (const std::size_t i : order) {
      const auto set = static_cast<int>(repetition % kSets);
      candidates_[i].batch.push_back(means_.clock == nullptr ? timed_call(candidates_[i], set)
                                                             : timed_by_clock(candidates_[i], set));
    }
  }
}

/// Brings the times of a batch together, the slowest rank's of each repetition, and decides who goes on: all ranks see
/// the same times, and so decide alike.
void Measurer::collect() {
  std::size_t late = 0;
  std::size_t all_taken = 0;
  for (Candidate& candidate : candidates_) {
    if (!candidate.open) {
      continue;
    }
    std::vector<double> slowest(candidate.batch.size());
    check_mpi(MPI_Allreduce(candidate.batch.data(), slowest.data(), static_cast<int>(slowest.size()), MPI_DOUBLE,
                            MPI_MAX, timing_),
              "MPI_Allreduce");
    candidate.batch.clear();
    const bool warm_up = candidate.spent == 0;
    all_taken += slowest.size();
    late += drop_late(candidate, slowest);
    for (const double seconds : slowest) {
      candidate.spent += seconds;
    }
    if (!warm_up) {
      std::vector<double>& all = candidate.result.seconds;
      all.insert(all.end(), slowest.begin(), slowest.end());
      std::sort(all.begin(), all.end());
      decide(candidate);
    }
  }
  look_at_late(late, all_taken);
}

/// How many repetitions some rank was late for; they are taken out.
std::size_t Measurer::drop_late(Candidate& candidate, std::vector<double>& seconds) const {
  const std::size_t late = std::erase_if(seconds, [](double one) { return std::isinf(one); });
  candidate.result.late += static_cast<std::int64_t>(late);
  return late;
}

/// Gives more time where it was too little, and gives up where that does not help: the ranks have other things to do
/// than to be ready. All ranks see the same numbers.
void Measurer::look_at_late(std::size_t late, std::size_t all) {
  if (means_.clock == nullptr || static_cast<double>(late) <= kMostLate * static_cast<double>(all)) {
    return;
  }
  margin_ *= 2;
  if (++late_batches_ >= kMostLateBatches) {
    means_.clock = nullptr;
    for (Candidate& candidate : candidates_) {
      candidate.result.seconds.clear();  // the two ways to begin are not to be mixed
      candidate.result.by_clock = false;
      candidate.open = true;
      candidate.spent = 0;
    }
  }
}

/// A clock that may be off by a good part of what is measured is worse than a barrier.
void Measurer::begin_by_clock() {
  if (means_.clock == nullptr) {
    return;
  }
  means_.clock->update();
  double shortest = std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : candidates_) {
    shortest = std::min(shortest, candidate.spent);
  }
  if (task_.synchronisation == Synchronisation::kAuto && means_.clock->error() > kMostClockError * shortest) {
    means_.clock = nullptr;
    return;
  }
  margin_ = kLeastMargin + kMarginInErrors * means_.clock->error();
  for (Candidate& candidate : candidates_) {
    candidate.result.by_clock = true;
  }
}

void Measurer::decide(Candidate& candidate) const {
  const std::size_t count = candidate.result.seconds.size();
  const bool out_of_time = candidate.spent >= task_.budget_s;
  if (count >= kMostSamples || (out_of_time && count >= kLeastSamplesIfSlow)) {
    candidate.open = false;
  } else if (count >= kLeastSamples) {
    candidate.open = candidate.spent < kLeastTime || !is_settled(summary_of(candidate.result.seconds));
  }
}

/// So many repetitions that the slowest open candidate stays within its budget, and that there are a few chances to
/// stop before.
std::size_t Measurer::next_batch() const {
  std::size_t batch = kLargestBatch;
  for (const Candidate& candidate : candidates_) {
    if (candidate.open) {
      const auto calls = static_cast<double>(candidate.result.seconds.size() + 1);
      const double each = candidate.spent / calls;
      const double left = std::max(0.0, task_.budget_s - candidate.spent);
      const double affordable = each > 0 ? std::ceil(left / each) : double{kLargestBatch};
      const std::size_t few = std::max<std::size_t>(kLeastSamples * 2, candidate.result.seconds.size() / 2);
      batch = std::min({batch, few, static_cast<std::size_t>(std::min(affordable, double{kLargestBatch}))});
    }
  }
  return std::max(batch, kLeastSamplesIfSlow);
}

bool Measurer::any_open() const {
  return std::any_of(candidates_.begin(), candidates_.end(), [](const Candidate& candidate) { return candidate.open; });
}

}  // namespace ringwood::cli
