#include "tools/cli/mpi/probe_channel.hpp"

#include <algorithm>
#include <chrono>

#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/reduction.hpp"

namespace ringwood::cli {

namespace {

constexpr int kWarmUp = 2;
constexpr int kLeast = 3;
constexpr int kMost = 301;

/// The sum over all ranks.
[[nodiscard]] double summed(MPI_Comm all, double value) {
  double sum = 0;
  check_mpi(MPI_Allreduce(&value, &sum, 1, MPI_DOUBLE, MPI_SUM, all), "MPI_Allreduce");
  return sum;
}

}  // namespace

double probe_clock() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

ProbeChannel::ProbeChannel(MPI_Comm all, int color, Bytes largest) {
  check_mpi(MPI_Comm_split(all, color < 0 ? MPI_UNDEFINED : color, 0, &raw_), "MPI_Comm_split");
  if (raw_ != MPI_COMM_NULL) {
    communicator_ = std::make_unique<Communicator>(raw_);
    for (auto* const buffers : {&send_, &receive_}) {
      for (std::vector<std::byte>& buffer : *buffers) {
        buffer.resize(static_cast<std::size_t>(largest * communicator_->size()));
      }
    }
    sum_of_bytes_ = built_in_reduction(ElementType::kUint8, ReduceOperator::kSum);
    sum_of_floats_ = built_in_reduction(ElementType::kFloat, ReduceOperator::kSum);
  }
}

ProbeChannel::~ProbeChannel() {
  communicator_.reset();
  if (raw_ != MPI_COMM_NULL) {
    MPI_Comm_free(&raw_);
  }
}

void ProbeChannel::send_from(Rank root, Bytes bytes) {
  communicator_->run({.collective = Collective::kBroadcast,
                      .receive = send_.front().data(),
                      .in_place = true,
                      .elements = static_cast<std::size_t>(bytes),
                      .root = root,
                      .algorithm = "binomial"});
}

void ProbeChannel::ring(Bytes bytes) {
  constexpr Bytes kFloat = sizeof(float);
  const bool floats = bytes % kFloat == 0;
  const Bytes element = floats ? kFloat : 1;
  turn_ = 1 - turn_;
  communicator_->run({.send = send_[turn_].data(),
                      .receive = receive_[turn_].data(),
                      .elements = static_cast<std::size_t>(bytes / element * communicator_->size()),
                      .element_size = element,
                      .reduction = floats ? &*sum_of_floats_ : &*sum_of_bytes_,
                      .algorithm = "ring"});
}

void ProbeChannel::take_slowest(std::vector<double>& times) const {
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, times.data(), static_cast<int>(times.size()), MPI_DOUBLE, MPI_MAX, raw_),
            "MPI_Allreduce");
}

void ProbeChannel::gather_directly() {
  communicator_->run({.collective = Collective::kAllgather,
                      .receive = receive_.front().data(),
                      .in_place = true,
                      .elements = static_cast<std::size_t>(communicator_->size()),
                      .algorithm = "direct"});
}

double timed(MPI_Comm all, const ProbeChannel& channel, double budget, const std::function<void()>& action) {
  const bool counts = channel.takes_part() && channel.rank() == 0;
  const double counted = std::max(1.0, summed(all, counts ? 1 : 0));
  const auto once = [&] {
    check_mpi(MPI_Barrier(all), "MPI_Barrier");
    const double start = probe_clock();
    if (channel.takes_part()) {
      action();
    }
    return counts ? probe_clock() - start : 0;
  };
  double first = 0;
  for (int i = 0; i < kWarmUp; ++i) {
    first = summed(all, once()) / counted;
  }
  const int repetitions = std::clamp(static_cast<int>(budget / std::max(first, 1e-9)), kLeast, kMost);
  std::vector<double> mine;
  for (int i = 0; i < repetitions; ++i) {
    mine.push_back(once());
  }
  std::vector<double> means(mine.size());
  check_mpi(MPI_Allreduce(mine.data(), means.data(), repetitions, MPI_DOUBLE, MPI_SUM, all), "MPI_Allreduce");
  const auto middle = means.begin() + repetitions / 2;
  std::nth_element(means.begin(), middle, means.end());
  return *middle / counted;
}

}  // namespace ringwood::cli
