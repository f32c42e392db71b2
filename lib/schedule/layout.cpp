#include "ringwood/layout.hpp"

#include <algorithm>

namespace ringwood {

Layout Layout::equal(Bytes elements, Bytes element_size, Chunk blocks, Chunk chunks) {
  Layout layout;
  layout.elements_ = elements;
  layout.element_size_ = element_size;
  // Without owned blocks it is the chunks that are equal pieces of the vector.
  layout.blocks_ = blocks == 1 ? chunks : blocks;
  layout.chunks_ = chunks;
  layout.chunks_per_block_ = chunks / layout.blocks_;
  layout.quotient_ = elements / layout.blocks_;
  layout.remainder_ = elements % layout.blocks_;
  layout.simple_ = layout.chunks_per_block_ == 1;
  return layout;
}

Layout Layout::counts(std::span<const std::size_t> counts, Bytes element_size, Chunk chunks) {
  Layout layout;
  layout.element_size_ = element_size;
  layout.blocks_ = static_cast<Chunk>(counts.size());
  layout.chunks_ = chunks;
  layout.chunks_per_block_ = chunks / layout.blocks_;
  layout.simple_ = false;
  layout.block_starts_.reserve(counts.size() + 1);
  layout.block_starts_.push_back(0);
  for (const std::size_t count : counts) {
    layout.block_starts_.push_back(layout.block_starts_.back() + static_cast<Bytes>(count));
  }
  layout.elements_ = layout.block_starts_.back();
  return layout;
}

Bytes Layout::nested_offset(Chunk chunk) const {
  const Chunk block = chunk / chunks_per_block_;
  const Chunk within = chunk % chunks_per_block_;
  Bytes start = 0;
  Bytes count = 0;
  if (block_starts_.empty()) {
    start = block * quotient_ + std::min(block, remainder_);
    count = quotient_ + (block < remainder_ ? 1 : 0);
  } else {
    start = block_starts_[static_cast<std::size_t>(block)];
    count = block < blocks_ ? block_starts_[static_cast<std::size_t>(block) + 1] - start : 0;
  }
  const Bytes share = count / chunks_per_block_;
  return (start + within * share + std::min(within, count % chunks_per_block_)) * element_size_;
}

}  // namespace ringwood
