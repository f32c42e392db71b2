#include "api/meeting.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "api/progress.hpp"
#include "base/waiting_time.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

Meeting::Meeting(MPI_Comm communicator, std::chrono::milliseconds timeout, std::function<std::string()> who_is_missing)
    : communicator_(communicator), timeout_(timeout), who_is_missing_(std::move(who_is_missing)) {
  check_mpi(PMPI_Comm_rank(communicator_, &rank_), "MPI_Comm_rank");
}

// Never MPI's blocking form: a rank that waits in it goes on with nothing that is under way, for which others may wait
// before they come here. And all have to take the same form.
std::span<const std::int64_t> Meeting::least(std::span<const std::int64_t> words) {
  if (words_ == nullptr) {
    throw Error(ErrorKind::kSystem, "a rank did not come to an earlier call");
  }
  std::ranges::copy(words, words_->mine.begin());
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(PMPI_Iallreduce(words_->mine.data(), words_->least.data(), static_cast<int>(words.size()), MPI_INT64_T,
                            MPI_MIN, communicator_, &request),
            "MPI_Iallreduce");
  wait(request);
  return std::span(words_->least).first(words.size());
}

void Meeting::wait(MPI_Request request) {
  if (!progress::wait_for(request, timeout_)) {
    // Nobody can cancel it: they may still be read and written.
    keep(std::move(words_));
    throw Error(ErrorKind::kSystem,
                no_answer(timeout_) + " from ranks that have not begun the call" + who_is_missing_());
  }
}

// In a list, where whoever looks for leaks finds them.
void Meeting::keep(std::unique_ptr<Words> words) noexcept {
  static std::atomic<Words*> last = nullptr;
  words->kept_before = last.exchange(words.get());
  (void)words.release();
}

void all_ready(Meeting& meeting) {
  (void)least_when_ready({kNothing, kNothing, kNothing}, meeting);
}

Least least_when_ready(Least mine, Meeting& meeting) {
  AgreementWords words = words_of(mine);
  std::ranges::copy(meeting.least(words), words.begin());
  return checked(words);
}

void not_ready(Meeting& meeting) noexcept {
  try {
    (void)meeting.least(words_of({kNothing, kNothing, kNothing}, meeting.rank()));
  } catch (const std::exception&) {
    // Nobody is there to be told; this rank has an error of its own.
  }
}

}  // namespace ringwood
