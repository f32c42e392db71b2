#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ringwood/layout.hpp"
#include "ringwood/message.hpp"
#include "ringwood/reduction.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood {

/// One rank's buffers. What a collective leaves alone (the receive buffer of a reduce's other ranks) may be empty.
struct RankBuffers {
  std::span<const std::byte> send;  ///< never written
  std::span<std::byte> receive;
};

struct ThreadsOptions {
  bool in_place = false;     ///< as MPI_IN_PLACE; see BufferUse (schedule/plan.hpp)
  bool log = false;          ///< keep the messages
  bool synchronous = false;  ///< a send ends only when its receive took it, whatever its size
  Bytes eager_limit = 4096;  ///< messages up to this size are copied away, and the send ends at once
  std::chrono::milliseconds timeout = std::chrono::seconds(60);  ///< how long a rank waits for one message
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
