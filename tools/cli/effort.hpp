#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "ringwood/schedule.hpp"

namespace ringwood::cli {

/// What a simulation would take, told from a few ranks' programs.
struct Effort {
  std::int64_t messages = 0;  ///< of all ranks; at least so many, if counting ended early
  std::int64_t bytes = 0;     ///< of memory, at the least: programs, and messages on their way at the same time
  std::int64_t lanes = 0;     ///< most that run side by side on a rank; 0: none
  std::int64_t pieces = 0;   ///< intervals of chunks that all ranks' messages list, one by one; counted as messages are
  std::int64_t at_once = 0;  ///< messages that a rank has on their way side by side, in lanes or in one round
};

/// Ends early once there are more than `enough` messages, or pieces that they list.
[[nodiscard]] Effort effort_of(const Schedule& schedule,
                               std::int64_t enough = std::numeric_limits<std::int64_t>::max());

/// How many messages all ranks send, about: what most ranks do, and the one of a few that sends most.
[[nodiscard]] std::int64_t messages_about(const Schedule& schedule);

/// Bytes of memory that this computer has.
[[nodiscard]] std::int64_t memory_of_computer();

/// Throws Error(kUsage) if the simulation would need more memory than there is, and says how much. `kept`: bytes that
/// are kept of every message until the end. Returns what it would take.
Effort check_memory(const Schedule& schedule, std::int64_t kept = 0);

/// For commands that follow every piece of every rank: throws Error(kUsage) for more ranks than `most`, before anything
/// is made for each of them.
void check_ranks(std::span<const Rank> ranks, Rank most);

/// The same for schedules that name more pieces, over all ranks, than 2^28 (a word of memory each, and more of time).
void check_pieces(const Schedule& schedule);

}  // namespace ringwood::cli
