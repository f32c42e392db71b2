#pragma once

#include <mpi.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "ringwood/mpi/communicator.hpp"

namespace ringwood::cli {

/// Some ranks that measure with each other by the library's own calls, so that their messages travel as those of
/// collectives do: through shared memory or over MPI, in pieces or whole. Ranks beyond them have none.
class ProbeChannel {
 public:
  /// Collective over `all`; ranks of one `color` are together, in the order of their ranks in `all`. A negative color
  /// stays outside.
  ProbeChannel(MPI_Comm all, int color, Bytes largest);
  ProbeChannel(const ProbeChannel&) = delete;
  ProbeChannel& operator=(const ProbeChannel&) = delete;
  ~ProbeChannel();

  /// Whether this rank takes part, with somebody else.
  [[nodiscard]] bool takes_part() const { return communicator_ != nullptr && communicator_->size() > 1; }

  [[nodiscard]] Rank rank() const { return communicator_->rank(); }

  /// The others.
  [[nodiscard]] Rank peers() const { return communicator_->size() - 1; }

  /// One message of so many bytes; of two ranks, one sends and the other receives.
  void send_from(Rank root, Bytes bytes);

  /// An allreduce by a ring in which every message has so many bytes: 2(p-1) exchanges, one after the other. Of floats
  /// where bytes are such. Calls take turns with two pairs of buffers, as a program hardly ever sums up the same twice.
  void ring(Bytes bytes);

  [[nodiscard]] int ring_rounds() const { return 2 * peers(); }

  /// Of each of the times, the longest that a rank of the channel has. Collective over the channel.
  void take_slowest(std::vector<double>& times) const;

  /// Everybody gets a byte from everybody at once, in place.
  void gather_directly();

 private:
  MPI_Comm raw_ = MPI_COMM_NULL;
  std::unique_ptr<Communicator> communicator_;
  std::array<std::vector<std::byte>, 2> send_;
  std::array<std::vector<std::byte>, 2> receive_;
  std::size_t turn_ = 0;
  std::optional<Reduction> sum_of_bytes_;
  std::optional<Reduction> sum_of_floats_;
};

/// Seconds of `action` at the first rank of each channel, since others may end before what they sent is there: the
/// median over repetitions of the mean over channels. All of `all` call it with the same `budget` of seconds;
/// repetitions are as many for all.
[[nodiscard]] double timed(MPI_Comm all, const ProbeChannel& channel, double budget,
                           const std::function<void()>& action);

[[nodiscard]] double probe_clock();

}  // namespace ringwood::cli
