#pragma once

#include <mpi.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "interpret/mpi/all_ready.hpp"

namespace ringwood {

/// Where all ranks of a communicator meet before a call that they compare, or have to prepare together. Whoever waits
/// there goes on with operations that are under way, and not for ever.
class Meeting {
 public:
  static constexpr std::size_t kMostWords = 64;

  /// Waits for at most `timeout` (0: for ever). `who_is_missing` says what is known then, for the error.
  Meeting(MPI_Comm communicator, std::chrono::milliseconds timeout, std::function<std::string()> who_is_missing);

  /// The least of each word over all ranks; valid until the next time. Collective; allocates nothing, so that nobody
  /// stays away. Throws Error(kSystem) if MPI fails, or a rank has not come in time: the communicator cannot be used
  /// any more.
  [[nodiscard]] std::span<const std::int64_t> least(std::span<const std::int64_t> words);

  [[nodiscard]] Rank rank() const { return rank_; }

 private:
  struct Words {
    std::array<std::int64_t, kMostWords> mine;
    std::array<std::int64_t, kMostWords> least;
    Words* kept_before = nullptr;
  };

  /// Until the process ends.
  static void keep(std::unique_ptr<Words> words) noexcept;

  void wait(MPI_Request request);

  MPI_Comm communicator_;
  Rank rank_ = 0;
  std::chrono::milliseconds timeout_;
  std::function<std::string()> who_is_missing_;
  std::unique_ptr<Words> words_ = std::make_unique<Words>();
};

// Agreements (all_ready.hpp) of ranks that meet there: `agreed(meeting, work)`. A rank that does not come in time is an
// error there too.

void all_ready(Meeting& meeting);
[[nodiscard]] Least least_when_ready(Least mine, Meeting& meeting);
void not_ready(Meeting& meeting) noexcept;

}  // namespace ringwood
