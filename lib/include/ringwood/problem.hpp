#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "ringwood/arena.hpp"
#include "ringwood/chunk_set.hpp"
#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/parameters.hpp"
#include "ringwood/placement.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

struct Algorithm;
struct Part;
struct RecordedSchedule;

/// What a program is asked to do, as far as a schedule depends on it: no bytes and no types, so that one schedule
/// serves every message size. Coroutines take it by reference: a Problem lives as long as the programs made from it,
/// either in a ScheduleInstance (schedule.hpp) or in the frame of the coroutine that derived it with `part_of`.
struct Problem {
  Collective collective = Collective::kAllreduce;
  Rank ranks = 1;
  Rank root = 0;
  bool commutative = true;  ///< whether the operator commutes
  /// How many chunks the vector is cut in. A multiple of what the algorithm asked for (Algorithm::pieces); where ranks
  /// own blocks, a multiple of `ranks`: block b is then chunks [b, b + 1) * chunks / ranks.
  Chunk chunks = 1;
  const Parameters* parameters = nullptr;      ///< nullptr: all at their defaults
  const Placement* placement = nullptr;        ///< nullptr: nothing is known
  const RecordedSchedule* recorded = nullptr;  ///< what the algorithm "file" does (recorded.hpp)
  std::span<const Part> parts = {};            ///< what a combinator combines (expression.hpp)
  const Algorithm* algorithm = nullptr;        ///< the one that is asked
  Arena* arena = nullptr;                      ///< where the frames of programs go

  /// The chunks of block `index` (taken modulo the number of ranks) of the ranks' equal shares of the vector.
  [[nodiscard]] ChunkSet block(Rank index) const {
    const Chunk share = share_of(ranks);
    return ChunkSet::interval(modulo(index, ranks) * share, share);
  }

  /// Blocks first .. first + count - 1, going round at the last rank.
  [[nodiscard]] ChunkSet blocks(Rank first, Rank count) const {
    const Chunk share = share_of(ranks);
    return ChunkSet::cyclic(modulo(first, ranks) * share, count * share, chunks);
  }

  /// `count` of `pieces` equal pieces of the vector; `pieces` divides `chunks`.
  [[nodiscard]] ChunkSet part(Chunk index, Chunk pieces, Chunk count = 1) const {
    const Chunk share = share_of(pieces);
    return ChunkSet::interval(index * share, count * share);
  }

  [[nodiscard]] ChunkSet whole() const { return ChunkSet::interval(0, chunks); }

  /// The same task for `group_ranks` of the ranks on `part_chunks` of the chunks; used with `on` (program.hpp).
  [[nodiscard]] Problem part_of(Rank group_ranks, Chunk part_chunks) const;

  /// The task of a combinator's part: its algorithm for `part_collective`, for `group_ranks` ranks on `part_chunks`
  /// chunks.
  [[nodiscard]] Problem inside(const Part& part, Collective part_collective, Rank group_ranks, Chunk part_chunks) const;

  /// The value of a parameter, or its default.
  [[nodiscard]] std::int64_t parameter(const ParameterInfo& info) const;

 private:
  // Rounds ask for this again and again, and mostly a piece is one chunk: no division then.
  [[nodiscard]] Chunk share_of(Chunk pieces) const { return chunks == pieces ? 1 : chunks / pieces; }
};

}  // namespace ringwood
