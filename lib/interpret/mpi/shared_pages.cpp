#include "interpret/mpi/shared_pages.hpp"

#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

#include "ringwood/error.hpp"

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

// Older C libraries do not name them.
#if defined(__linux__) && !defined(MADV_POPULATE_READ)
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

namespace ringwood {

#ifdef __linux__

namespace {

/// 0, or what errno says.
int advise(std::span<std::byte> memory, int advice) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(memory.data()) / page * page;
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(memory.data() + memory.size());
  return ::madvise(reinterpret_cast<void*>(begin), end - begin, advice) == 0 ? 0 : errno;
}

/// Where the system knows no such advice, all pages are there, and only have to be looked at.
void look_at(std::span<const std::byte> memory) {
  constexpr std::size_t kPage = 4096;
  for (std::size_t at = 0; at < memory.size(); at += kPage) {
    (void)*static_cast<const volatile std::byte*>(memory.data() + at);
  }
}

}  // namespace

bool pages_come_on_request() {
  alignas(4096) std::byte here[1] = {};
  return advise(here, MADV_POPULATE_WRITE) == 0;
}

void take_pages(std::span<std::byte> memory) {
  const int error = advise(memory, MADV_POPULATE_WRITE);
  if (error == EINVAL) {
    look_at(memory);
  } else if (error != 0) {
    throw Error(ErrorKind::kSystem,
                "no memory for " + std::to_string(memory.size()) +
                    " bytes of slots that the ranks of a node share: " + std::generic_category().message(error));
  }
}

void see_pages(std::span<std::byte> memory) {
  if (advise(memory, MADV_POPULATE_READ) == EINVAL) {
    look_at(memory);
  }
}

#else

bool pages_come_on_request() {
  return false;
}

void take_pages(std::span<std::byte> /*memory*/) {}

void see_pages(std::span<std::byte> /*memory*/) {}

#endif

}  // namespace ringwood
