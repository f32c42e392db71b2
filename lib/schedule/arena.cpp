#include "ringwood/arena.hpp"

#include <new>

namespace ringwood {

namespace {

// The arena's address in front of each frame: operator delete of a coroutine is told the size, not the arena.
constexpr std::size_t kHeader = 16;

std::size_t rounded(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

}  // namespace

void Arena::add_slab() {
  slabs_.push_back(std::make_unique_for_overwrite<std::byte[]>(slab_size_));
  cursor_ = slabs_.back().get();
  end_ = cursor_ + slab_size_;
  reserved_ += slab_size_;
  if (slab_size_ < kLargestSlab) {
    slab_size_ *= 2;
  }
}

void* Arena::allocate(std::size_t size) {
  const std::size_t whole = rounded(size, kUnit) + kHeader;
  std::byte* memory = nullptr;
  if (whole > kLargestFrame) {
    memory = static_cast<std::byte*>(::operator new(whole));
  } else if (FreeFrame*& head = free_[whole / kUnit]; head != nullptr) {
    memory = reinterpret_cast<std::byte*>(head);
    head = head->next;
  } else {
    if (static_cast<std::size_t>(end_ - cursor_) < whole) {
      add_slab();
    }
    memory = cursor_;
    cursor_ += whole;
  }
  ::new (memory) Arena*(this);
  return memory + kHeader;
}

void Arena::release(void* memory, std::size_t size) noexcept {
  std::byte* start = static_cast<std::byte*>(memory) - kHeader;
  const std::size_t whole = rounded(size, kUnit) + kHeader;
  if (whole > kLargestFrame) {
    ::operator delete(start);
    return;
  }
  Arena* arena = *reinterpret_cast<Arena**>(start);
  arena->free_[whole / kUnit] = ::new (start) FreeFrame{arena->free_[whole / kUnit]};
}

}  // namespace ringwood
