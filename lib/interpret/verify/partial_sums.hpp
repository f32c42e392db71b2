#pragma once

#include <vector>

#include "schedule/symbolic.hpp"

namespace ringwood {

/// How many partial sums a rank has to keep for others: from the end of the round in which a sum comes about to the
/// beginning of the one in which it is first sent. Sums of chunks that are the rank's own in the end are not counted.
class PartialSums {
 public:
  /// Refers to both. Counts nothing for collectives that do not reduce.
  PartialSums(const Schedule& schedule, const SymbolicState& state);

  void sent(Rank rank, Plane plane, const ChunkSet& chunks);

  /// The chunks have new values.
  void written(Rank rank, Plane plane, const ChunkSet& chunks);

  /// All that a round writes is written.
  void end_round(Rank rank);

  /// Chunks, of the rank that keeps most.
  [[nodiscard]] Chunk most() const { return most_; }

 private:
  using Kept = std::vector<char>;  // by chunk

  [[nodiscard]] Kept* kept(Rank rank, Plane plane);
  [[nodiscard]] bool is_partial(Rank rank, Plane plane, Chunk chunk) const;
  void set(Rank rank, char& kept, bool value);

  const Schedule& schedule_;
  const SymbolicState& state_;
  bool counts_;
  std::vector<std::vector<Kept>> kept_;  // by rank and plane
  std::vector<Chunk> count_;             // by rank
  Chunk most_ = 0;
};

}  // namespace ringwood
