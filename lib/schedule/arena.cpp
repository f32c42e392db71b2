#include "ringwood/arena.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "base/huge_pages.hpp"

namespace ringwood {

namespace {

// operator delete of a coroutine is told the size, not the arena: that stands at the start of each page of this size,
// and frames have no header.
constexpr std::size_t kPage = std::size_t{1} << 16U;
constexpr std::size_t kPageHeader = 16;
constexpr std::size_t kSizeInHeader = 8;  // of a slab's first page: where the slab's size stands
constexpr std::size_t kHugePage = std::size_t{1} << 21U;
constexpr std::size_t kMostSpare = std::size_t{1} << 25U;

/// Slabs that arenas of this thread have left, for the next ones: memory fresh from the system costs a page fault for
/// each page, which is more than a simulation takes for the frames in it.
class SpareSlabs {
 public:
  SpareSlabs() = default;
  SpareSlabs(const SpareSlabs&) = delete;
  SpareSlabs& operator=(const SpareSlabs&) = delete;

  ~SpareSlabs() {
    is_gone = true;
    for (const Slab& slab : slabs_) {
      std::free(slab.memory);
    }
  }

  /// One of so many bytes, or nullptr.
  [[nodiscard]] static void* take(std::size_t size) { return is_gone ? nullptr : of_thread().take_one(size); }

  static void give(void* memory, std::size_t size) noexcept {
    if (is_gone || !of_thread().keeps(memory, size)) {
      std::free(memory);
    }
  }

 private:
  struct Slab {
    void* memory = nullptr;
    std::size_t size = 0;
  };

  [[nodiscard]] static SpareSlabs& of_thread() {
    static thread_local SpareSlabs slabs;
    return slabs;
  }

  [[nodiscard]] void* take_one(std::size_t size) {
    const auto found =
        std::find_if(slabs_.rbegin(), slabs_.rend(), [size](const Slab& slab) { return slab.size == size; });
    if (found == slabs_.rend()) {
      return nullptr;
    }
    void* memory = found->memory;
    *found = slabs_.back();
    slabs_.pop_back();
    spare_ -= size;
    return memory;
  }

  [[nodiscard]] bool keeps(void* memory, std::size_t size) noexcept {
    if (spare_ + size > kMostSpare) {
      return false;
    }
    try {
      slabs_.push_back({memory, size});
    } catch (const std::bad_alloc&) {
      return false;
    }
    spare_ += size;
    return true;
  }

  static thread_local bool is_gone;  // an arena may end later than its thread's objects
  std::vector<Slab> slabs_;
  std::size_t spare_ = 0;
};

thread_local bool SpareSlabs::is_gone = false;

std::size_t rounded(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

}  // namespace

void Arena::FreeSlab::operator()(std::byte* slab) const noexcept {
  std::size_t size = 0;
  std::memcpy(&size, slab + kSizeInHeader, sizeof size);
  SpareSlabs::give(slab, size);
}

void Arena::add_slab() {
  const std::size_t alignment = slab_size_ >= kHugePage ? kHugePage : kPage;
  void* slab = SpareSlabs::take(slab_size_);
  if (slab == nullptr) {
    slab = std::aligned_alloc(alignment, slab_size_);
    if (slab == nullptr) {
      throw std::bad_alloc();
    }
    if (slab_size_ >= kHugePage) {
      prefer_huge_pages(slab, slab_size_);
    }
  }
  std::memcpy(static_cast<std::byte*>(slab) + kSizeInHeader, &slab_size_, sizeof slab_size_);
  slabs_.emplace_back(static_cast<std::byte*>(slab));
  page_end_ = slabs_.back().get();
  slab_end_ = page_end_ + slab_size_;
  reserved_ += slab_size_;
  // An eighth of what there is, so that little is taken that will not be used.
  slab_size_ = std::clamp(std::bit_floor(reserved_ / 8), kFirstSlab, kLargestSlab);
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
