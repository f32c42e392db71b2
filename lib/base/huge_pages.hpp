#pragma once

#include <cstddef>
#include <new>

namespace ringwood {

/// Asks the system to back whole 2 MiB pages of [memory, memory + size) by huge ones, where it can: a page fault for
/// each 4 KiB is what it otherwise costs most to touch fresh memory. A hint; nothing depends on it.
void prefer_huge_pages(void* memory, std::size_t size) noexcept;

/// For vectors of a simulation's ranks: large ones start at a huge page and are backed by them.
template <typename Value>
struct HugePageAllocator {
  using value_type = Value;

  static constexpr std::size_t kHugePage = std::size_t{1} << 21U;

  HugePageAllocator() = default;

  // Not explicit: the standard asks containers' allocators to convert.
  template <typename Other>
  HugePageAllocator(const HugePageAllocator<Other>&) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] Value* allocate(std::size_t count) {
    const std::size_t size = count * sizeof(Value);
    void* memory = ::operator new(size, alignment(count));
    if (size >= kHugePage) {
      prefer_huge_pages(memory, size);
    }
    return static_cast<Value*>(memory);
  }

  void deallocate(Value* memory, std::size_t count) noexcept { ::operator delete(memory, alignment(count)); }

  friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }

 private:
  [[nodiscard]] static std::align_val_t alignment(std::size_t count) {
    return std::align_val_t{count * sizeof(Value) >= kHugePage ? kHugePage : 64};
  }
};

}  // namespace ringwood
