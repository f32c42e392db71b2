#pragma once

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"

namespace ringwood {

/// Which chunks of the vector a rank holds, before or after a collective.
enum class Holding {
  kWhole,      ///< every rank holds every chunk
  kOwnBlock,   ///< rank r holds block r of p
  kRootWhole,  ///< the root holds every chunk, the others nothing
  kRow,        ///< p x p blocks; rank r holds the blocks (r, *): what it sends to each
  kColumn,     ///< p x p blocks; rank r holds the blocks (*, r): what each sends to it
};

/// What a collective is: who holds what before, who must hold what after, and what the value of a chunk must then be.
/// Verifier, executors, tests and `show` read it; nothing else in the project knows what an allgather is.
struct Contract {
  Holding before;
  Holding after;
  bool reduces;       ///< a chunk's final value is the reduction of all ranks' values of it, each counted once
  bool counts_twice;  ///< a contribution may be counted more than once (barrier: what counts is that it arrived)
};

[[nodiscard]] const Contract& contract_of(Collective collective);

/// Whether rank `me` holds `chunk` of `chunks` under `holding`, among `ranks` ranks.
[[nodiscard]] bool holds(Holding holding, Rank me, Chunk chunk, Chunk chunks, Rank ranks, Rank root);

/// The first byte-carrying unit of ownership: how many blocks the vector is divided in before chunks divide the blocks.
/// 1 where no block belongs to a rank, p or p * p otherwise.
[[nodiscard]] Chunk blocks_of(const Contract& contract, Rank ranks);

}  // namespace ringwood
