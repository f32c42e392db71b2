#include "interpret/verify/partial_sums.hpp"

#include <algorithm>

namespace ringwood {

PartialSums::PartialSums(const Schedule& schedule, const SymbolicState& state)
    : schedule_(schedule),
      state_(state),
      counts_(state.contract().reduces && !state.contract().counts_twice),
      kept_(static_cast<std::size_t>(counts_ ? schedule.ranks() : 0)),
      count_(kept_.size()) {}

PartialSums::Kept* PartialSums::kept(Rank rank, Plane plane) {
  if (!counts_) {
    return nullptr;
  }
  std::vector<Kept>& planes = kept_[static_cast<std::size_t>(rank)];
  if (planes.size() <= plane) {
    planes.resize(std::size_t{plane} + 1);
  }
  if (planes[plane].empty()) {
    planes[plane].assign(static_cast<std::size_t>(schedule_.chunks()), 0);
  }
  return &planes[plane];
}

bool PartialSums::is_partial(Rank rank, Plane plane, Chunk chunk) const {
  const Rank count = state_.values().count(state_.at(rank, plane, chunk));
  return count > 1 && count < schedule_.ranks() &&
         (state_.contract().after != Holding::kOwnBlock ||
          !holds(Holding::kOwnBlock, rank, chunk, schedule_.chunks(), schedule_.ranks(), schedule_.root()));
}

void PartialSums::set(Rank rank, char& kept, bool value) {
  count_[static_cast<std::size_t>(rank)] += (value ? 1 : 0) - kept;
  kept = value ? 1 : 0;
}

void PartialSums::sent(Rank rank, Plane plane, const ChunkSet& chunks) {
  if (Kept* const kept_there = kept(rank, plane)) {
    chunks.for_each_interval([&](ChunkInterval piece) {
      for (Chunk chunk = piece.first; chunk < piece.first + piece.count; ++chunk) {
        set(rank, (*kept_there)[static_cast<std::size_t>(chunk)], false);
      }
    });
  }
}

void PartialSums::written(Rank rank, Plane plane, const ChunkSet& chunks) {
  if (Kept* const kept_there = kept(rank, plane)) {
    chunks.for_each_interval([&](ChunkInterval piece) {
      for (Chunk chunk = piece.first; chunk < piece.first + piece.count; ++chunk) {
        set(rank, (*kept_there)[static_cast<std::size_t>(chunk)], is_partial(rank, plane, chunk));
      }
    });
  }
}

void PartialSums::end_round(Rank rank) {
  if (counts_) {
    most_ = std::max(most_, count_[static_cast<std::size_t>(rank)]);
  }
}

}  // namespace ringwood
