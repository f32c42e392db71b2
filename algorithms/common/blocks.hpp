#pragma once

#include <algorithm>
#include <vector>

#include "ringwood/problem.hpp"

namespace ringwood {

/// Blocks first, first + step, ..., `count` of them, going round at the last rank; count * step <= p. O(1) where they
/// do not go round or are a whole residue class; else `storage` holds the list and must live as long as the set.
[[nodiscard]] inline ChunkSet strided_blocks(const Problem& problem, Rank first, Rank count, Rank step,
                                             std::vector<ChunkInterval>& storage) {
  const Rank p = problem.ranks;
  Rank start = modulo(first, p);
  if (p % step == 0 && count == p / step) {
    start %= step;
  }
  const Chunk width = problem.block(0).front().count;
  if (Chunk{start} + Chunk{count - 1} * step < p) {
    return ChunkSet::strided(start * width, width, step * width, count);
  }
  storage.clear();
  for (Rank i = 0; i < count; ++i) {
    storage.push_back(problem.block(start + i * step).front());
  }
  return ChunkSet::list(storage);
}

/// These blocks in ascending order, those that follow each other joined.
[[nodiscard]] inline std::vector<ChunkInterval> joined_blocks(const Problem& problem, std::vector<Rank> blocks) {
  std::sort(blocks.begin(), blocks.end());
  std::vector<ChunkInterval> list;
  for (const Rank block : blocks) {
    const ChunkInterval piece = problem.block(block).front();
    if (!list.empty() && list.back().first + list.back().count == piece.first) {
      list.back().count += piece.count;
    } else {
      list.push_back(piece);
    }
  }
  return list;
}

}  // namespace ringwood
