#pragma once

#include "ringwood/layout.hpp"

namespace ringwood {

/// Layout::bytes, for interpreters that ask for every operation: where all chunks are of one size a set's bytes need
/// no walk over its pieces.
class ChunkBytes {
 public:
  explicit ChunkBytes(const Layout& layout) : layout_(layout), unit_(unit_of(layout)) {}

  /// Whether all chunks are of one size.
  [[nodiscard]] bool all_alike() const { return unit_ != kVarious; }

  /// Of all chunks.
  [[nodiscard]] Bytes total() const { return layout_.total_bytes(); }

  [[nodiscard, gnu::always_inline]] Bytes of(const ChunkSet& set) const {
    if (unit_ == kVarious) {
      return layout_.bytes(set);
    }
    if (set.is_interval() || set.is_cyclic()) [[likely]] {
      return set.front().count * unit_;
    }
    if (set.is_strided()) {
      return set.front().count * set.repeat() * unit_;
    }
    return set.size() * unit_;
  }

 private:
  static constexpr Bytes kVarious = -1;

  [[nodiscard]] static Bytes unit_of(const Layout& layout) {
    const Bytes unit = layout.chunks() > 0 ? layout.bytes(ChunkInterval{0, 1}) : 0;
    if (unit * layout.chunks() != layout.total_bytes()) {
      return kVarious;
    }
    for (Chunk chunk = 1; chunk < layout.chunks(); ++chunk) {
      if (layout.offset(chunk) != chunk * unit) {
        return kVarious;
      }
    }
    return unit;
  }

  const Layout& layout_;
  Bytes unit_;
};

}  // namespace ringwood
