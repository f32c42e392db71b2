#pragma once

#include <optional>
#include <vector>

#include "ringwood/chunk_set.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/round.hpp"

namespace ringwood {

/// That one of several things that happen at the same time touches some chunks.
struct Touch {
  Chunk first = 0;
  Chunk end = 0;
  int owner = 0;  ///< which of the several
  Plane plane = 0;
  bool exclusive = false;  ///< no other owner may touch them
};

void add_touches(std::vector<Touch>& touches, const ChunkSet& chunks, const Touch& like);

/// A chunk that two owners touch, one of them exclusively.
struct Conflict {
  int first_owner = 0;
  int second_owner = 0;
  Plane plane = 0;
  Chunk chunk = 0;
};

/// The first conflict, if there is one. Sorts the touches.
[[nodiscard]] std::optional<Conflict> find_conflict(std::vector<Touch>& touches);

/// Joins what overlaps or adjoins and is otherwise alike.
void merge_touches(std::vector<Touch>& touches);

}  // namespace ringwood
