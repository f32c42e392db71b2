#pragma once

#include <span>
#include <vector>

#include "ringwood/ids.hpp"
#include "ringwood/round.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// Which outer rank each rank of a group is. A closed set of forms, so that a group of a million ranks costs no memory.
class RankMap {
 public:
  /// Group member i is rank first + i * stride.
  [[nodiscard]] static RankMap strided(Rank first, Rank stride) { return {Form::kStrided, first, stride}; }

  /// Member i is rank i * factor modulo `modulus`, which the factor has no divisor in common with.
  [[nodiscard]] static RankMap modular(Rank factor, Rank modulus) { return {Form::kModular, factor, modulus}; }

  /// The survivors of a fold of `pairs` pairs (0,1), (2,3), ...: member i is 2i + 1 below `pairs`, i + pairs above.
  [[nodiscard]] static RankMap folded(Rank pairs) { return {Form::kFolded, pairs, 0}; }

  /// Member i is table[first + i * stride]; the table must outlive the program.
  [[nodiscard]] static RankMap table(std::span<const Rank> table, Rank first = 0, Rank stride = 1) {
    return {Form::kTable, first, stride, table.data()};
  }

  [[nodiscard]] static RankMap identity() { return strided(0, 1); }

  /// Whether member i is known to be rank i.
  [[nodiscard]] bool is_identity() const {
    return (form_ == Form::kStrided && first_ == 0 && stride_ == 1) || (form_ == Form::kFolded && first_ == 0) ||
           (form_ == Form::kModular && first_ == 1);
  }

  [[nodiscard]] Rank operator()(Rank member) const {
    switch (form_) {
      case Form::kStrided:
        return first_ + member * stride_;
      case Form::kModular:
        return static_cast<Rank>(std::int64_t{member} * first_ % stride_);
      case Form::kFolded:
        return member < first_ ? 2 * member + 1 : member + first_;
      case Form::kTable:
        return table_[first_ + member * stride_];
    }
    return member;
  }

 private:
  enum class Form : std::uint8_t { kStrided, kModular, kFolded, kTable };

  RankMap(Form form, Rank first, Rank stride, const Rank* table = nullptr)
      : form_(form), first_(first), stride_(stride), table_(table) {}

  Form form_;
  Rank first_;
  Rank stride_;
  const Rank* table_;
};

/// Which outer chunks each chunk of a part is: inner chunk i is [offset + i * step, ... + width).
struct ChunkMap {
  Chunk offset = 0;
  Chunk step = 1;
  Chunk width = 1;
  /// If above 0: blocks of so many chunks go where `blocks` says (block b becomes block blocks(b)), and nothing else.
  Chunk per_block = 0;
  RankMap blocks = RankMap::identity();

  [[nodiscard]] bool is_identity() const { return offset == 0 && step == 1 && width == 1 && per_block == 0; }
};

/// Where translated rounds are kept: one of these a strand of rounds, since strands share the programs around them.
struct TranslatedRound {
  std::vector<Operation> operations;
  std::vector<ChunkInterval> intervals;  ///< the lists that the operations' chunk sets refer to
};

/// Turns the rounds of a nested program into rounds of the program that contains it.
class Renumbering {
 public:
  Renumbering(RankMap ranks, ChunkMap chunks) : ranks_(ranks), chunks_(chunks) {}

  /// Replaces `result` by the operations in outer names. `operations` must not lie in `result`.
  void translate(std::span<const Operation> operations, TranslatedRound& result) const;

 private:
  /// Appends the set's outer intervals, for what no inline form can express.
  void append_intervals(const ChunkSet& set, std::vector<ChunkInterval>& intervals) const;
  [[nodiscard]] bool translate_inline(ChunkSet& set) const;

  RankMap ranks_;
  ChunkMap chunks_;
};

}  // namespace ringwood
