#include "api/arrival.hpp"

#include <array>
#include <atomic>
#include <string>

#include "api/progress.hpp"
#include "api/settings.hpp"
#include "base/waiting_time.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

/// In larger communicators only a barrier is asked for: a message from everybody to everybody makes MPI open as many
/// connections.
constexpr int kMostNamed = 32;

/// A byte for everybody. MPI may write here for as long as somebody has not come.
struct Marks {
  Marks() {
    for (std::size_t rank = 0; rank < place.size(); ++rank) {
      sent[rank] = 1;
      length[rank] = 1;
      place[rank] = static_cast<int>(rank);
    }
  }

  std::array<unsigned char, kMostNamed> sent{};
  std::array<unsigned char, kMostNamed> came{};
  std::array<int, kMostNamed> length{};
  std::array<int, kMostNamed> place{};
};

/// Marks that need no memory, for the two threads that are here at the same time; where more are, or some were never
/// given back, there is the heap.
class Slots {
 public:
  [[nodiscard]] Marks* take() {
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (!taken_[i].exchange(true)) {
        marks_[i] = Marks();
        return &marks_[i];
      }
    }
    return new Marks;
  }

  void give_back(Marks* marks) {
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (marks == &marks_[i]) {
        taken_[i] = false;
        return;
      }
    }
    delete marks;
  }

 private:
  std::array<Marks, 2> marks_;
  std::array<std::atomic<bool>, 2> taken_{};
};

/// 0 where it means nothing: all ranks are about to share rank 0's settings, and to refuse them together.
std::chrono::milliseconds timeout_of_environment() noexcept {
  try {
    return settings_from(settings_text()).timeout;
  } catch (const std::exception&) {
    return {};
  }
}

/// All ranks meet here, or Error(kSystem) names who has not come: who "did not begin" the first call, or what else it
/// means (`missed`).
class Gathering {
 public:
  Gathering(MPI_Comm users, const char* missed) : users_(users), missed_(missed) {
    check_mpi(PMPI_Comm_rank(users_, &rank_), "MPI_Comm_rank");
    check_mpi(PMPI_Comm_size(users_, &ranks_), "MPI_Comm_size");
  }

  void wait() {
    if (ranks_ == 1) {
      return;  // nobody to wait for; MPICH 4.0 ends the program where one rank sends itself these marks
    }
    static Slots slots;
    Marks* const marks = ranks_ <= kMostNamed ? slots.take() : nullptr;
    wait_for(begin(marks), marks);
    if (marks != nullptr) {
      slots.give_back(marks);
    }
  }

 private:
  [[nodiscard]] MPI_Request begin(Marks* marks) const {
    MPI_Request request = MPI_REQUEST_NULL;
    if (marks == nullptr) {
      check_mpi(PMPI_Ibarrier(users_, &request), "MPI_Ibarrier");
    } else {
      check_mpi(
          PMPI_Ialltoallv(marks->sent.data(), marks->length.data(), marks->place.data(), MPI_BYTE, marks->came.data(),
                          marks->length.data(), marks->place.data(), MPI_BYTE, users_, &request),
          "MPI_Ialltoallv");
    }
    return request;
  }

  void wait_for(MPI_Request request, Marks* marks) const {
    const std::chrono::milliseconds timeout = timeout_of_environment();
    if (!progress::wait_for(request, timeout)) {
      throw Error(ErrorKind::kSystem, "rank " + std::to_string(rank_) + ": " + no_answer(timeout) + " from " +
                                          who_is_missing(marks) + ", who " + missed_ +
                                          " the first call on this communicator of " + std::to_string(ranks_) +
                                          " ranks");
    }
  }

  [[nodiscard]] std::string who_is_missing(Marks* marks) const {
    std::string names;
    int missing = 0;
    for (int rank = 0; marks != nullptr && rank < ranks_; ++rank) {
      // MPI may be writing there.
      if (std::atomic_ref(marks->came[static_cast<std::size_t>(rank)]).load(std::memory_order_relaxed) == 0) {
        names += (missing++ == 0 ? "" : ", ") + std::to_string(rank);
      }
    }
    return missing == 0 ? "some ranks" : (missing == 1 ? "rank " : "ranks ") + names;
  }

  MPI_Comm users_;
  const char* missed_;
  int rank_ = 0;
  int ranks_ = 0;
};

}  // namespace

void await_first_call(MPI_Comm users) {
  Gathering(users, "did not begin").wait();
  // Who comes late is not to go on alone.
  Gathering(users, "gave up").wait();
}

}  // namespace ringwood
