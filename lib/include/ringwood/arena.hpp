#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// Where the coroutine frames of one interpreter's programs live: a pointer moved forward, and a free list per frame
/// size, so that a finished reduce-scatter's frame becomes the allgather's. For one thread; must outlive its frames.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Memory aligned for any scalar type. Sizes above kLargestFrame go to the heap.
  [[nodiscard]] void* allocate(std::size_t size);

  /// Gives memory from `allocate` back to the arena that it came from.
  static void release(void* memory, std::size_t size) noexcept;

  /// Bytes taken from the system so far.
  [[nodiscard]] std::size_t reserved() const { return reserved_; }

 private:
  static constexpr std::size_t kUnit = 16;
  static constexpr std::size_t kLargestFrame = 4096;
  static constexpr std::size_t kFirstSlab = std::size_t{1} << 16U;
  static constexpr std::size_t kLargestSlab = std::size_t{1} << 22U;

  struct FreeFrame {
    FreeFrame* next;
  };

  struct FreeSlab {
    void operator()(std::byte* slab) const noexcept;
  };

  void next_page();
  void add_slab();

  std::array<FreeFrame*, kLargestFrame / kUnit + 1> free_{};
  std::vector<std::unique_ptr<std::byte, FreeSlab>> slabs_;
  std::byte* cursor_ = nullptr;  // in the current page
  std::byte* page_end_ = nullptr;
  std::byte* slab_end_ = nullptr;
  std::size_t slab_size_ = kFirstSlab;
  std::size_t reserved_ = 0;
};

}  // namespace ringwood
