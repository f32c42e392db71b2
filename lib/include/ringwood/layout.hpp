#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ringwood/chunk_set.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// Where each chunk lies in the vector, in bytes. The vector is divided in blocks, equal or with a count each (the
/// v-variants), and each block in equally many chunks; what does not divide evenly goes to the first ones, an
/// element each. Borders are always borders of elements.
class Layout {
 public:
  /// `elements` in `blocks` nearly equal blocks, and these in `chunks` chunks in all; `blocks` divides `chunks`.
  [[nodiscard]] static Layout equal(Bytes elements, Bytes element_size, Chunk blocks, Chunk chunks);

  /// One count of elements a block.
  [[nodiscard]] static Layout counts(std::span<const std::size_t> counts, Bytes element_size, Chunk chunks);

  /// The first byte of a chunk; offset(chunks()) is the size of the vector.
  [[nodiscard]] Bytes offset(Chunk chunk) const {
    if (simple_) {
      return (chunk * quotient_ + (chunk < remainder_ ? chunk : remainder_)) * element_size_;
    }
    return nested_offset(chunk);
  }

  [[nodiscard]] Bytes bytes(ChunkInterval interval) const {
    if (simple_ && remainder_ == 0) {
      return interval.count * quotient_ * element_size_;
    }
    return offset(interval.first + interval.count) - offset(interval.first);
  }

  [[nodiscard]] Bytes bytes(const ChunkSet& set) const {
    if (set.is_interval()) {
      return bytes(set.front());
    }
    Bytes total = 0;
    set.for_each_interval([&](ChunkInterval piece) { total += bytes(piece); });
    return total;
  }

  [[nodiscard]] Bytes total_bytes() const { return elements_ * element_size_; }

  [[nodiscard]] Bytes element_size() const { return element_size_; }

  [[nodiscard]] Chunk chunks() const { return chunks_; }

 private:
  Layout() = default;
  [[nodiscard]] Bytes nested_offset(Chunk chunk) const;

  Bytes elements_ = 0;
  Bytes element_size_ = 1;
  Chunk blocks_ = 1;
  Chunk chunks_ = 1;
  Chunk chunks_per_block_ = 1;
  // Elements of a chunk, where blocks are chunks, or of a block: quotient, one more for the first `remainder`.
  Bytes quotient_ = 0;
  Bytes remainder_ = 0;
  bool simple_ = true;
  std::vector<Bytes> block_starts_;  // with one count a block, blocks + 1 of them
};

}  // namespace ringwood
