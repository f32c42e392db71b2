#pragma once

#include <type_traits>
#include <vector>

#include "ringwood/program.hpp"

namespace ringwood {

/// Pipelining: `count` equal pieces of the vector, each in a lane of its own, by `core(problem, lane)`. What one rank
/// does for a segment waits for its neighbours alone, so that segments follow each other through the network. `count`
/// divides the chunks. Not for collectives in which ranks own blocks.
template <typename Core>

requires std::is_invocable_r_v<Program, Core, const Problem&, Chunk> Program segmented(const Problem& problem,
                                                                                       const Chunk count,
                                                                                       const Core core) {
  Problem segment = problem.part_of(problem.ranks, problem.chunks / count);
  segment.root = problem.root;
  std::vector<Program> lanes;
  for (Chunk i = 0; i < count; ++i) {
    lanes.push_back(on(RankMap::identity(), ChunkMap{i * segment.chunks, 1, 1}, core(segment, i)));
  }
  co_yield Lanes(std::move(lanes));
}

}  // namespace ringwood
