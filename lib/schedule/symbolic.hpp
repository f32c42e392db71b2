#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ringwood/chunk_set.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/round.hpp"
#include "ringwood/schedule.hpp"
#include "schedule/contract.hpp"

namespace ringwood {

/// What stands for the data of one chunk. Names an entry of SymbolicValues; equal names mean equal values, but not the
/// other way round.
using SymbolicValue = std::uint32_t;

/// What is in a chunk that nobody has written.
inline constexpr SymbolicValue kUndefined = 0;

/// All values that a run of a schedule brings forth: which ranks contributed to each, and by what tree of reductions.
/// Sets of ranks that follow each other (going round at the last one) cost nothing, others a bit for each rank.
class SymbolicValues {
 public:
  explicit SymbolicValues(Rank ranks);

  /// What rank `rank` brings along.
  [[nodiscard]] static SymbolicValue own(Rank rank) { return static_cast<SymbolicValue>(rank) + 1; }

  /// left (+) right. Both are defined. Nothing if a rank contributes to both, unless `counts_twice`.
  [[nodiscard]] std::optional<SymbolicValue> join(SymbolicValue left, SymbolicValue right, bool counts_twice);

  /// How many ranks contributed; 0 if undefined.
  [[nodiscard]] Rank count(SymbolicValue value) const { return entries_[value].count; }

  [[nodiscard]] bool contains(SymbolicValue value, Rank rank) const;

  /// The contributing ranks in ascending order.
  [[nodiscard]] std::vector<Rank> contributors(SymbolicValue value) const;

  /// A hash of the tree by which the value came about; operands may change sides. Equal trees give equal bits.
  [[nodiscard]] std::uint64_t tree(SymbolicValue value) const { return entries_[value].tree; }

  /// `tree` of the aligned binary tree over all ranks: [a 2^k, (a+1) 2^k) is the left half (+) the right half, and
  /// ranks that are not there are left out.
  [[nodiscard]] std::uint64_t aligned_tree() const;

  /// Whether the value, and so every part of it, is a fold of consecutive ranks in rank order.
  [[nodiscard]] bool ordered(SymbolicValue value) const { return entries_[value].ordered; }

 private:
  struct Entry {
    std::uint64_t tree = 0;
    std::size_t words = 0;  // where the bits begin, if they are not consecutive
    Rank first = 0;
    Rank count = 0;
    bool consecutive = true;
    bool ordered = true;
  };

  [[nodiscard]] bool join_consecutive(const Entry& left, const Entry& right, Entry& joined) const;
  [[nodiscard]] bool join_bits(const Entry& left, const Entry& right, Entry& joined);
  void add_bits(const Entry& entry, std::span<std::uint64_t> bits) const;

  Rank ranks_;
  std::size_t words_per_set_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> words_;
};

/// Which value each rank has in each chunk of each plane, while a schedule is carried out: what the verifier judges,
/// and `show` prints. Starts as the collective's contract says. Four bytes for each chunk of each plane that is in use.
class SymbolicState {
 public:
  explicit SymbolicState(const Schedule& schedule);

  [[nodiscard]] const SymbolicValues& values() const { return values_; }

  [[nodiscard]] const Contract& contract() const { return *contract_; }

  [[nodiscard]] SymbolicValue at(Rank rank, Plane plane, Chunk chunk) const;

  /// Fills `values` with what the chunks hold, in the order of the set. Returns the first chunk that is undefined,
  /// which ends the reading. Chunks are in range.
  [[nodiscard]] std::optional<Chunk> read(Rank rank, Plane plane, const ChunkSet& chunks,
                                          std::span<SymbolicValue> values) const;

  /// Replaces what the chunks hold.
  void write(Rank rank, Plane plane, const ChunkSet& chunks, std::span<const SymbolicValue> values);

  /// A chunk for which a combination has no meaning, and why.
  struct Refusal {
    Chunk chunk = 0;
    bool undefined = false;  ///< there is nothing to combine with; otherwise: a contribution would be counted twice
    Rank twice = -1;         ///< a rank that would be counted twice
  };

  /// Combines the values into what the chunks hold; for Side::kLeft `incoming (+) own`.
  [[nodiscard]] std::optional<Refusal> combine(Rank rank, Plane plane, const ChunkSet& chunks,
                                               std::span<const SymbolicValue> values, Side side);

  /// What the chunk must be where the contract asks for it: how many ranks must have contributed.
  [[nodiscard]] bool fulfils(SymbolicValue value, Chunk chunk) const;

  /// The rank whose contribution a chunk of a collective that does not reduce is.
  [[nodiscard]] Rank origin(Chunk chunk) const;

  /// Chunks of planes other than the vector that the rank has written.
  [[nodiscard]] Chunk scratch_chunks(Rank rank) const;

 private:
  using Cells = std::vector<SymbolicValue>;

  [[nodiscard]] Cells& cells(Rank rank, Plane plane);
  [[nodiscard]] const Cells* find_cells(Rank rank, Plane plane) const;
  [[nodiscard]] Refusal refusal(Chunk chunk, SymbolicValue own, SymbolicValue incoming) const;

  const Contract* contract_;
  Rank ranks_;
  Rank root_;
  Chunk chunks_;
  SymbolicValues values_;
  std::vector<std::vector<Cells>> planes_;  // by rank and plane; without cells until written
};

}  // namespace ringwood
