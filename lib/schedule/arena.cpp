#include "ringwood/arena.hpp"

#include <cstdint>
#include <cstdlib>
#include <new>

#include "base/huge_pages.hpp"

namespace ringwood {

namespace {

// operator delete of a coroutine is told the size, not the arena: that stands at the start of each page of this size,
// and frames have no header.
constexpr std::size_t kPage = std::size_t{1} << 16U;
constexpr std::size_t kPageHeader = 16;
constexpr std::size_t kHugePage = std::size_t{1} << 21U;

std::size_t rounded(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

}  // namespace

void Arena::FreeSlab::operator()(std::byte* slab) const noexcept {
  std::free(slab);
}

void Arena::add_slab() {
  const std::size_t alignment = slab_size_ >= kHugePage ? kHugePage : kPage;
  void* slab = std::aligned_alloc(alignment, slab_size_);
  if (slab == nullptr) {
    throw std::bad_alloc();
  }
  slabs_.emplace_back(static_cast<std::byte*>(slab));
  if (slab_size_ >= kHugePage) {
    prefer_huge_pages(slab, slab_size_);
  }
  page_end_ = slabs_.back().get();
  slab_end_ = page_end_ + slab_size_;
  reserved_ += slab_size_;
  if (slab_size_ < kLargestSlab) {
    slab_size_ *= 2;
  }
}

void Arena::next_page() {
  if (page_end_ == slab_end_) {
    add_slab();
  }
  ::new (page_end_) Arena*(this);
  cursor_ = page_end_ + kPageHeader;
  page_end_ += kPage;
}

void* Arena::allocate(std::size_t size) {
  const std::size_t whole = rounded(size, kUnit);
  if (whole > kLargestFrame) {
    return ::operator new(whole);
  }
  if (FreeFrame*& head = free_[whole / kUnit]; head != nullptr) {
    void* memory = head;
    head = head->next;
    return memory;
  }
  if (static_cast<std::size_t>(page_end_ - cursor_) < whole) {
    next_page();
  }
  void* memory = cursor_;
  cursor_ += whole;
  return memory;
}

void Arena::release(void* memory, std::size_t size) noexcept {
  const std::size_t whole = rounded(size, kUnit);
  if (whole > kLargestFrame) {
    ::operator delete(memory);
    return;
  }
  const std::uintptr_t page = reinterpret_cast<std::uintptr_t>(memory) & ~(kPage - 1);
  Arena* arena = *reinterpret_cast<Arena**>(page);
  arena->free_[whole / kUnit] = ::new (memory) FreeFrame{arena->free_[whole / kUnit]};
}

}  // namespace ringwood
