#include "tools/cli/mpi/global_clock.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

#include "interpret/mpi/mpi_error.hpp"

namespace ringwood::cli {

namespace {

constexpr int kExchanges = 30;
constexpr int kTag = 1;
constexpr std::size_t kMostOffsets = 32;

// Over less time than that, the noise of two offsets looks like drift.
constexpr double kLeastSpan = 1.0;

}  // namespace

GlobalClock::GlobalClock(MPI_Comm communicator, Local local, Sharing sharing)
    : local_(std::move(local)), all_(communicator) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(communicator, &rank), "MPI_Comm_rank");
  if (sharing == Sharing::kNode) {
    check_mpi(MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &node_),
              "MPI_Comm_split_type");
  } else {
    check_mpi(MPI_Comm_split(communicator, rank, 0, &node_), "MPI_Comm_split");
  }
  int place = 0;
  check_mpi(MPI_Comm_rank(node_, &place), "MPI_Comm_rank");
  check_mpi(MPI_Comm_split(communicator, place == 0 ? 0 : MPI_UNDEFINED, rank, &leaders_), "MPI_Comm_split");
  if (leaders_ != MPI_COMM_NULL) {
    check_mpi(MPI_Comm_size(leaders_, &clocks_), "MPI_Comm_size");
  }
  check_mpi(MPI_Bcast(&clocks_, 1, MPI_INT, 0, communicator), "MPI_Bcast");
  update();
}

GlobalClock::~GlobalClock() {
  if (leaders_ != MPI_COMM_NULL) {
    MPI_Comm_free(&leaders_);
  }
  MPI_Comm_free(&node_);
}

void GlobalClock::update() {
  if (leaders_ != MPI_COMM_NULL && clocks_ > 1) {
    int me = 0;
    check_mpi(MPI_Comm_rank(leaders_, &me), "MPI_Comm_rank");
    // Far ones first: whoever is asked knew the time before.
    for (auto distance = static_cast<int>(std::bit_floor(static_cast<unsigned>(clocks_ - 1))); distance > 0;
         distance /= 2) {
      if (me % (2 * distance) == distance) {
        learn(ask(me - distance));
      } else if (me % (2 * distance) == 0 && me + distance < clocks_) {
        answer(me + distance);
      }
    }
  }
  std::array<double, 4> model{offset_, drift_, since_, own_error_};
  check_mpi(MPI_Bcast(model.data(), static_cast<int>(model.size()), MPI_DOUBLE, 0, node_), "MPI_Bcast");
  offset_ = model[0];
  drift_ = model[1];
  since_ = model[2];
  own_error_ = model[3];
  check_mpi(MPI_Allreduce(&own_error_, &error_, 1, MPI_DOUBLE, MPI_MAX, all_), "MPI_Allreduce");
}

GlobalClock::Offset GlobalClock::ask(int reference) const {
  Offset best;
  double fastest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kExchanges; ++i) {
    std::array<double, 2> told{};
    const double before = local_();
    check_mpi(MPI_Sendrecv(nullptr, 0, MPI_BYTE, reference, kTag, told.data(), 2, MPI_DOUBLE, reference, kTag, leaders_,
                           MPI_STATUS_IGNORE),
              "MPI_Sendrecv");
    const double after = local_();
    if (after - before < fastest) {
      fastest = after - before;
      const double middle = before + fastest / 2;
      best = {middle, told[0] - middle, fastest / 2 + told[1]};
    }
  }
  return best;
}

void GlobalClock::answer(int client) const {
  for (int i = 0; i < kExchanges; ++i) {
    check_mpi(MPI_Recv(nullptr, 0, MPI_BYTE, client, kTag, leaders_, MPI_STATUS_IGNORE), "MPI_Recv");
    const std::array<double, 2> told{now(), own_error_};
    check_mpi(MPI_Send(told.data(), 2, MPI_DOUBLE, client, kTag, leaders_), "MPI_Send");
  }
}

/// The line through the offsets (least squares), shifted to the last one.
void GlobalClock::learn(const Offset& measured) {
  history_.push_back(measured);
  if (history_.size() > kMostOffsets) {
    history_.pop_front();
  }
  offset_ = measured.offset;
  since_ = measured.local;
  own_error_ = measured.error;
  drift_ = 0;
  if (measured.local - history_.front().local < kLeastSpan || history_.size() < 3) {
    return;
  }
  // Times and offsets from the last ones, so that nothing large is subtracted.
  double sum_x = 0;
  double sum_y = 0;
  for (const Offset& one : history_) {
    sum_x += one.local - since_;
    sum_y += one.offset - offset_;
  }
  const auto count = static_cast<double>(history_.size());
  double above = 0;
  double below = 0;
  for (const Offset& one : history_) {
    const double x = one.local - since_ - sum_x / count;
    above += x * (one.offset - offset_ - sum_y / count);
    below += x * x;
  }
  drift_ = above / below;
}

}  // namespace ringwood::cli
