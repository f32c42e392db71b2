#pragma once

#include <string>
#include <vector>

#include "ringwood/export.hpp"

namespace ringwood {

/// "chunk 3", "chunks 0-1,4", "all".
[[nodiscard]] std::string chunks_text(const std::vector<ChunkInterval>& chunks, Chunk total);

/// "allreduce by ring on 4 ranks".
[[nodiscard]] std::string title_of(const Figure& figure);

/// "6 rounds, 24 messages, the busiest rank sends 1.5 n".
[[nodiscard]] std::string summary_of(const Figure& figure);

/// Consecutive rounds in which the same happens to what arrives.
struct Phase {
  std::size_t first = 0;  ///< rounds first .. last
  std::size_t last = 0;
  std::string text;  ///< "reduce-scatter: what arrives is added to what is there"
};

[[nodiscard]] std::vector<Phase> phases_of(const Figure& figure);

/// The contributors' mask of a finished chunk.
[[nodiscard]] std::uint64_t finished_mask(const Figure& figure, Chunk chunk);

/// Contents of all vectors, plane after plane, rank after rank; 0 where there is nothing.
class FigureState {
 public:
  explicit FigureState(const Figure& figure);

  void apply(const std::vector<FigureChange>& changes);

  [[nodiscard]] std::uint64_t at(Rank rank, Plane plane, Chunk chunk) const {
    return cells_[index(rank, plane, chunk)];
  }

 private:
  [[nodiscard]] std::size_t index(Rank rank, Plane plane, Chunk chunk) const {
    return (static_cast<std::size_t>(plane) * ranks_ + static_cast<std::size_t>(rank)) * chunks_ +
           static_cast<std::size_t>(chunk);
  }

  std::size_t ranks_;
  std::size_t chunks_;
  std::vector<std::uint64_t> cells_;
};

}  // namespace ringwood
