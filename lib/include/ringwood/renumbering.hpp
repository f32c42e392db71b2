#pragma once

#include <span>
#include <vector>

#include "ringwood/ids.hpp"
#include "ringwood/round.hpp"

namespace ringwood {

/// Which outer rank each rank of a group is. A closed set of forms, so that a group of a million ranks costs no memory.
class RankMap {
 public:
  /// Group member i is rank first + i * stride.
  [[nodiscard]] static RankMap strided(Rank first, Rank stride) { return RankMap(Form::kStrided, first, stride, {}); }

  /// The survivors of a fold of `pairs` pairs (0,1), (2,3), ...: member i is 2i + 1 below `pairs`, i + pairs above.
  [[nodiscard]] static RankMap folded(Rank pairs) { return RankMap(Form::kFolded, pairs, 0, {}); }

  /// Member i is table[i]; the table must outlive the program.
  [[nodiscard]] static RankMap table(std::span<const Rank> table) { return RankMap(Form::kTable, 0, 0, table); }

  [[nodiscard]] static RankMap identity() { return strided(0, 1); }

  [[nodiscard]] Rank operator()(Rank member) const {
    switch (form_) {
      case Form::kStrided:
        return first_ + member * stride_;
      case Form::kFolded:
        return member < first_ ? 2 * member + 1 : member + first_;
      case Form::kTable:
        return table_[static_cast<std::size_t>(member)];
    }
    return member;
  }

 private:
  enum class Form : std::uint8_t { kStrided, kFolded, kTable };

  RankMap(Form form, Rank first, Rank stride, std::span<const Rank> table)
      : form_(form), first_(first), stride_(stride), table_(table) {}

  Form form_;
  Rank first_;
  Rank stride_;
  std::span<const Rank> table_;
};

/// Which outer chunks each chunk of a part is: inner chunk i is [offset + i * step, ... + width).
struct ChunkMap {
  Chunk offset = 0;
  Chunk step = 1;
  Chunk width = 1;

  [[nodiscard]] bool is_identity() const { return offset == 0 && step == 1 && width == 1; }
};

/// Turns the rounds of a nested program into rounds of the program that contains it.
class Renumbering {
 public:
  Renumbering(RankMap ranks, ChunkMap chunks) : ranks_(ranks), chunks_(chunks) {}

  /// The operations in outer names; valid until the next call.
  [[nodiscard]] std::span<const Operation> translate(std::span<const Operation> operations);

 private:
  /// Appends the set's outer intervals to `intervals_`, for what no inline form can express.
  void append_intervals(const ChunkSet& set);
  [[nodiscard]] bool translate_inline(ChunkSet& set) const;

  RankMap ranks_;
  ChunkMap chunks_;
  std::vector<Operation> operations_;
  std::vector<ChunkInterval> intervals_;
};

}  // namespace ringwood
