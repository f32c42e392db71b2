#pragma once

#include "ringwood/problem.hpp"

namespace ringwood {

/// For alltoall, whose vector is all ranks' send buffers in a row: what `source` sends to `destination`.
[[nodiscard]] inline ChunkSet pair_block(const Problem& problem, Rank source, Rank destination) {
  const Chunk pairs = Chunk{problem.ranks} * problem.ranks;
  return problem.part(Chunk{source} * problem.ranks + destination, pairs);
}

/// As many pieces as there are pairs of ranks (Algorithm::pieces).
[[nodiscard]] inline Chunk one_piece_per_pair(const Problem& problem) {
  return Chunk{problem.ranks} * problem.ranks;
}

}  // namespace ringwood
