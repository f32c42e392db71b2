#include "base/huge_pages.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace ringwood {

void prefer_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t size) noexcept {
#ifdef __linux__
  // Fails where the kernel has none of them, and then nothing is lost.
  static_cast<void>(madvise(memory, size, MADV_HUGEPAGE));
#endif
}

}  // namespace ringwood
