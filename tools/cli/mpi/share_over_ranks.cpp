#include "tools/cli/mpi/share_over_ranks.hpp"

#include <cstdint>
#include <cstring>
#include <optional>

#include "interpret/mpi/mpi_error.hpp"
#include "tools/cli/worker_threads.hpp"

namespace ringwood::cli {

namespace {

constexpr int kResultTag = 1;
constexpr int kEndTag = 2;
constexpr int kAskTag = 3;
constexpr int kAnswerTag = 4;

// The first rank looks for messages this often while its own threads work.
constexpr std::chrono::microseconds kBetweenLooks{200};

/// Counts up over all ranks (MPI-3, 11.3.4). All ranks make and destroy it together.
class SharedCounter {
 public:
  explicit SharedCounter(MPI_Comm communicator) {
    int rank = 0;
    check_mpi(MPI_Comm_rank(communicator, &rank), "MPI_Comm_rank");
    const MPI_Aint bytes = rank == 0 ? MPI_Aint{sizeof(std::int64_t)} : MPI_Aint{0};
    int made = MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, communicator, static_cast<void*>(&memory_),
                                &window_) == MPI_SUCCESS
                   ? 1
                   : 0;
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &made, 1, MPI_INT, MPI_MIN, communicator), "MPI_Allreduce");
    if (made == 0) {
      window_ = MPI_WIN_NULL;
      return;
    }
    check_mpi(MPI_Win_lock_all(0, window_), "MPI_Win_lock_all");
    if (rank == 0) {
      *memory_ = 0;
      check_mpi(MPI_Win_sync(window_), "MPI_Win_sync");
    }
    check_mpi(MPI_Barrier(communicator), "MPI_Barrier");
  }

  ~SharedCounter() {
    if (exists()) {
      MPI_Win_unlock_all(window_);
      MPI_Win_free(&window_);
    }
  }

  SharedCounter(const SharedCounter&) = delete;
  SharedCounter& operator=(const SharedCounter&) = delete;

  /// False where the library has no windows for these transports, as Open MPI 4.1 over TCP between nodes.
  [[nodiscard]] bool exists() const { return window_ != MPI_WIN_NULL; }

  [[nodiscard]] std::int64_t next() {
    const std::int64_t one = 1;
    std::int64_t value = 0;
    check_mpi(MPI_Fetch_and_op(&one, &value, MPI_INT64_T, 0, 0, MPI_SUM, window_), "MPI_Fetch_and_op");
    check_mpi(MPI_Win_flush(0, window_), "MPI_Win_flush");
    return value;
  }

 private:
  std::int64_t* memory_ = nullptr;
  MPI_Win window_ = MPI_WIN_NULL;
};

/// One rank's part.
class Sharer {
 public:
  Sharer(const SharedWork& work, int threads, MPI_Comm communicator)
      : work_(work), communicator_(communicator), counter_(communicator), workers_(work, threads) {
    check_mpi(MPI_Comm_rank(communicator, &rank_), "MPI_Comm_rank");
    int ranks = 1;
    check_mpi(MPI_Comm_size(communicator, &ranks), "MPI_Comm_size");
    others_ = rank_ == 0 ? ranks - 1 : 0;
  }

  void run() {
    bool more = true;
    while (more || workers_.under_way() > 0 || others_ > 0) {
      while (more && workers_.hungry()) {
        more = !work_.enough();
        if (more) {
          const auto index = static_cast<std::size_t>(next_piece());
          more = index < work_.count;
          if (more) {
            workers_.add(index);
          }
        }
      }
      if (const auto result = workers_.take(kBetweenLooks, more)) {
        deliver(*result);
      }
      receive_all();
    }
    if (rank_ != 0) {
      check_mpi(MPI_Send(nullptr, 0, MPI_CHAR, 0, kEndTag, communicator_), "MPI_Send");
    }
  }

 private:
  /// From the counter; without one, the first rank counts and is asked.
  [[nodiscard]] std::int64_t next_piece() {
    if (counter_.exists()) {
      return counter_.next();
    }
    if (rank_ == 0) {
      return counted_++;
    }
    std::int64_t piece = 0;
    check_mpi(MPI_Sendrecv(nullptr, 0, MPI_CHAR, 0, kAskTag, &piece, 1, MPI_INT64_T, 0, kAnswerTag, communicator_,
                           MPI_STATUS_IGNORE),
              "MPI_Sendrecv");
    return piece;
  }

  void deliver(const WorkerThreads::Result& result) {
    if (rank_ == 0) {
      work_.done(result.index, result.text);
      return;
    }
    const auto index = static_cast<std::uint64_t>(result.index);
    std::string message(sizeof(index), '\0');
    std::memcpy(message.data(), &index, sizeof(index));
    message += result.text;
    check_mpi(MPI_Send(message.data(), static_cast<int>(message.size()), MPI_CHAR, 0, kResultTag, communicator_),
              "MPI_Send");
  }

  /// Takes what has arrived from other ranks.
  void receive_all() {
    while (others_ > 0) {
      int there = 0;
      MPI_Message message = MPI_MESSAGE_NULL;
      MPI_Status status;
      check_mpi(MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, communicator_, &there, &message, &status), "MPI_Improbe");
      if (there == 0) {
        return;
      }
      int bytes = 0;
      MPI_Get_count(&status, MPI_CHAR, &bytes);
      std::string text(static_cast<std::size_t>(bytes), '\0');
      check_mpi(MPI_Mrecv(text.data(), bytes, MPI_CHAR, &message, &status), "MPI_Mrecv");
      if (status.MPI_TAG == kEndTag) {
        --others_;
        continue;
      }
      if (status.MPI_TAG == kAskTag) {
        const std::int64_t piece = counted_++;
        check_mpi(MPI_Send(&piece, 1, MPI_INT64_T, status.MPI_SOURCE, kAnswerTag, communicator_), "MPI_Send");
        continue;
      }
      std::uint64_t index = 0;
      std::memcpy(&index, text.data(), sizeof(index));
      work_.done(static_cast<std::size_t>(index), text.substr(sizeof(index)));
    }
  }

  const SharedWork& work_;
  MPI_Comm communicator_;
  SharedCounter counter_;
  WorkerThreads workers_;
  int rank_ = 0;
  int others_ = 0;            // ranks that may still send results here
  std::int64_t counted_ = 0;  // pieces taken, where the first rank counts
};

}  // namespace

void share_over_ranks(const SharedWork& work, int threads, MPI_Comm communicator, const GiveUp& give_up) {
  Sharer sharer(work, threads, communicator);
  try {
    sharer.run();
  } catch (const std::exception& error) {
    give_up(error.what());  // here, as the counter does not go before all ranks let it
  }
}

}  // namespace ringwood::cli
