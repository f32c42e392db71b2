#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ringwood/layout.hpp"
#include "ringwood/message.hpp"
#include "ringwood/reduction.hpp"
#include "ringwood/schedule.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// One rank's buffers. What a collective leaves alone (the receive buffer of a reduce's other ranks) may be empty.
struct RankBuffers {
  std::span<const std::byte> send;  ///< never written
  std::span<std::byte> receive;
};

/// What a run has to bear: another order and speed of everything that no rule fixes, and one fault. All of it follows
/// from the seed, but for what the system's own scheduler does.
struct Hostility {
  std::uint64_t seed = 0;
  /// Transfers are started late, ended ones reported in any order, messages copied away or not; now and then a rank
  /// stalls for a millisecond or two.
  bool disorder = true;
  Rank faulty = -1;         ///< the rank that `dies` or `loses`; negative: none
  std::int64_t dies = -1;   ///< its n-th start of a transfer fails, from 0; negative: never
  std::int64_t loses = -1;  ///< the n-th message that it sends never arrives
  std::int64_t flips = -1;  ///< the n-th message that it sends arrives with one bit of it flipped
};

struct ThreadsOptions {
  bool in_place = false;     ///< as MPI_IN_PLACE; see BufferUse (schedule/plan.hpp)
  bool log = false;          ///< keep the messages
  bool checksum = false;     ///< each message is followed by its checksum; one that was changed is an error
  bool synchronous = false;  ///< a send ends only when its receive took it, whatever its size
  Bytes eager_limit = 4096;  ///< messages up to this size are copied away, and the send ends at once
  std::chrono::milliseconds timeout = std::chrono::seconds(60);  ///< how long a rank waits for one message
  const Hostility* hostility = nullptr;                          ///< not owned; for tests
};

struct ThreadsReport {
  bool ok = false;
  std::string error;                ///< of the rank that failed first: rank, round, peer; empty if ok
  std::vector<std::string> errors;  ///< one a rank, empty if it ended well
  MessageLog messages;              ///< sorted (sort_messages); empty without ThreadsOptions::log
  double seconds = 0;               ///< from the start of the first thread to the end of the last
};

/// Carries a schedule out with one thread a rank, and real bytes. `buffers` has one entry a rank; `reduction` may be
/// nullptr where the collective reduces nothing. A rank that fails does not hang the others. Throws Error(kUsage) if
/// the number of buffers or their sizes are wrong, before anything runs.
[[nodiscard]] ThreadsReport run_on_threads(const Schedule& schedule, const Layout& layout, const Reduction* reduction,
                                           std::span<const RankBuffers> buffers, const ThreadsOptions& options = {});

}  // namespace ringwood
