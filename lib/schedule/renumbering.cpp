#include "ringwood/renumbering.hpp"

#include <algorithm>

namespace ringwood {

bool same_chunks(const ChunkSet& a, const ChunkSet& b) {
  // Maximal runs are compared, so that [0,2) equals [0,1) [1,2).
  const auto runs_of = [](const ChunkSet& set) {
    std::vector<ChunkInterval> runs;
    set.for_each_interval([&](ChunkInterval piece) {
      if (!runs.empty() && runs.back().first + runs.back().count == piece.first) {
        runs.back().count += piece.count;
      } else if (piece.count > 0) {
        runs.push_back(piece);
      }
    });
    return runs;
  };
  if (a.is_interval() && b.is_interval()) {
    return a.front() == b.front() || (a.front().count == 0 && b.front().count == 0);
  }
  return runs_of(a) == runs_of(b);
}

bool Renumbering::translate_inline(ChunkSet& set) const {
  if (chunks_.is_identity()) {
    return true;
  }
  if (chunks_.per_block > 0) {
    const auto [first, count] = set.is_interval() ? set.front() : ChunkInterval{};
    const Chunk within = first % chunks_.per_block;
    if (count == 0 || within + count > chunks_.per_block) {
      return false;
    }
    const Rank block = chunks_.blocks(static_cast<Rank>(first / chunks_.per_block));
    set = ChunkSet::interval(block * chunks_.per_block + within, count);
    return true;
  }
  const auto [first, count] = set.is_list() ? ChunkInterval{} : set.front();
  const Chunk outer_first = chunks_.offset + first * chunks_.step;
  const bool contiguous = chunks_.width == chunks_.step;
  if (set.is_interval()) {
    set = contiguous ? ChunkSet::interval(outer_first, count * chunks_.step)
                     : ChunkSet::strided(outer_first, chunks_.width, chunks_.step, count);
    return true;
  }
  if (set.is_strided() && (contiguous || count == 1)) {
    set = ChunkSet::strided(outer_first, contiguous ? count * chunks_.step : chunks_.width, set.step() * chunks_.step,
                            set.repeat());
    return true;
  }
  if (set.is_cyclic() && contiguous && chunks_.offset == 0) {
    set = ChunkSet::cyclic(outer_first, count * chunks_.step, set.step() * chunks_.step);
    return true;
  }
  return false;
}

void Renumbering::append_intervals(const ChunkSet& set, std::vector<ChunkInterval>& intervals) const {
  set.for_each_interval([&](ChunkInterval piece) {
    if (chunks_.per_block > 0) {
      while (piece.count > 0) {
        const Chunk within = piece.first % chunks_.per_block;
        const Chunk count = std::min(piece.count, chunks_.per_block - within);
        const Rank block = chunks_.blocks(static_cast<Rank>(piece.first / chunks_.per_block));
        intervals.push_back({block * chunks_.per_block + within, count});
        piece = {piece.first + count, piece.count - count};
      }
      return;
    }
    const Chunk outer_first = chunks_.offset + piece.first * chunks_.step;
    if (chunks_.width == chunks_.step) {
      intervals.push_back({outer_first, piece.count * chunks_.step});
      return;
    }
    for (Chunk i = 0; i < piece.count; ++i) {
      intervals.push_back({outer_first + i * chunks_.step, chunks_.width});
    }
  });
}

void Renumbering::translate(std::span<const Operation> operations, TranslatedRound& result) const {
  result.operations.assign(operations.begin(), operations.end());
  result.intervals.clear();

  struct Pending {
    std::size_t operation;
    std::size_t begin;
  };

  std::vector<Pending> pending;  // lists are attached at the end, when `intervals` no longer moves
  for (std::size_t i = 0; i < result.operations.size(); ++i) {
    Operation& operation = result.operations[i];
    if (operation.peer >= 0) {
      operation.peer = ranks_(operation.peer);
    }
    if (!translate_inline(operation.chunks)) {
      pending.push_back({i, result.intervals.size()});
      append_intervals(operation.chunks, result.intervals);
    }
  }
  for (std::size_t i = 0; i < pending.size(); ++i) {
    const std::size_t end = i + 1 < pending.size() ? pending[i + 1].begin : result.intervals.size();
    result.operations[pending[i].operation].chunks =
        ChunkSet::list(std::span(result.intervals).subspan(pending[i].begin, end - pending[i].begin));
  }
}

}  // namespace ringwood
