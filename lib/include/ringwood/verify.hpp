#pragma once

#include <cstdint>
#include <string>

#include "ringwood/layout.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood {

/// What is known of a schedule after every rank's program was run on symbols instead of data.
struct VerifyReport {
  bool ok = false;
  std::string error;  ///< the first violation: rank, round, peer, chunk and what breaks; empty if ok

  std::int64_t rounds = 0;        ///< longest chain of rounds that wait for each other (synchronous rounds)
  std::int64_t rounds_bound = 0;  ///< the least any algorithm with as many ports needs
  std::int64_t messages = 0;      ///< all ranks
  std::int64_t messages_max = 0;  ///< of the rank that sends most
  std::int32_t ports = 0;         ///< most messages that one rank sends or receives in one round

  // Data in chunks, of which `chunks` make up the vector; exact.
  Chunk chunks = 1;
  Chunk sent_max = 0;        ///< sent by the busiest rank
  Chunk sent_total = 0;      ///< sent by all ranks
  Chunk reduced_max = 0;     ///< reduced by the busiest rank
  Chunk beta_chunks = 0;     ///< sum over rounds of the most that one rank sends or receives in that round
  Chunk gamma_chunks = 0;    ///< the same for reduced chunks
  Chunk scratch_chunks = 0;  ///< most chunks of planes other than the vector that one rank uses

  bool same_bits = false;      ///< all ranks that end with a chunk computed it by the same tree (up to commuting)
  bool keeps_order = false;    ///< every partial result is a fold of consecutive ranks in rank order
  bool deadlock_free = false;  ///< it ends even if every send waits for its receive
};

/// Runs all programs of the schedule against the contract of its collective. A schedule that breaks it is not an error
/// but a report that says so. Memory grows with ranks x chunks.
[[nodiscard]] VerifyReport verify(const Schedule& schedule);

}  // namespace ringwood
