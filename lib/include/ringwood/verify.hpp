#pragma once

#include <cstdint>
#include <string>

#include "ringwood/layout.hpp"
#include "ringwood/schedule.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

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
  /// Most chunks of which one rank keeps a partial sum that it has yet to send: what it needs room for where it must
  /// not overwrite its own data. The chunks that it ends with are not among them.
  Chunk partial_sums = 0;

  bool same_bits = false;    ///< all ranks that end with a chunk computed it by the same tree (up to commuting)
  bool keeps_order = false;  ///< every partial result is a fold of consecutive ranks in rank order
  /// How far the bits of a result can be relied on; each level includes those below. 0: ranks may differ. 1: all ranks
  /// get the same bits. 2: the same in every run; what 1 gives here, where the order of folding is fixed. 3: whatever
  /// the size of the vector and its division: every chunk is folded by the same tree. 4: whatever the placement: the
  /// rounds do not depend on it. 5: whatever the number of ranks: the tree is the aligned binary one, in which [a 2^k,
  /// (a+1) 2^k) is the left half (+) the right half, and absent ranks are left out. 5 where nothing is reduced.
  /// Operands may change sides: the operator is taken to commute bit for bit.
  int reproducibility = 0;

  bool deadlock_free = false;  ///< it ends even if every send waits for its receive
};

/// Runs all programs of the schedule against the contract of its collective. A schedule that breaks it is not an error
/// but a report that says so. Memory grows with ranks x chunks.
[[nodiscard]] VerifyReport verify(const Schedule& schedule);

}  // namespace ringwood
