// Preloaded into a process: makes one call fail, as a system does that has nothing left.
//
//   RINGWOOD_FAIL=new:N                    the N-th allocation by operator new throws std::bad_alloc
//   RINGWOOD_FAIL=memfd_create|ftruncate|posix_fallocate|mmap:N
//                                          the N-th such call for shared memory of Ringwood fails
//   RINGWOOD_FAIL=write:N                  the N-th write to a file (not a terminal, not a pipe) finds the disk full
//   RINGWOOD_FAIL_RANK=R                   only in that rank of Open MPI or MPICH

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

struct Fault {
  char call[32] = "";
  std::atomic<long> left{-1};

  Fault() noexcept {
    const char* const text = std::getenv("RINGWOOD_FAIL");
    const char* const colon = text == nullptr ? nullptr : std::strchr(text, ':');
    if (colon == nullptr || colon - text >= 32 || !is_here()) {
      return;
    }
    std::memcpy(call, text, static_cast<std::size_t>(colon - text));
    left = std::atol(colon + 1);
  }

  static bool is_here() noexcept {
    const char* const wanted = std::getenv("RINGWOOD_FAIL_RANK");
    if (wanted == nullptr) {
      return true;
    }
    for (const char* variable : {"OMPI_COMM_WORLD_RANK", "PMI_RANK"}) {
      if (const char* const rank = std::getenv(variable)) {
        return std::strcmp(rank, wanted) == 0;
      }
    }
    return false;
  }

  bool now(const char* name) noexcept {
    return left.load(std::memory_order_relaxed) > 0 && std::strcmp(call, name) == 0 && left.fetch_sub(1) == 1;
  }
};

Fault& fault() noexcept {
  static Fault one;
  return one;
}

template <typename Function>
Function* original(const char* name) noexcept {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::atomic<int> segment{-1};

bool is_file(int file) noexcept {
  struct stat about;
  return file > 2 && fstat(file, &about) == 0 && S_ISREG(about.st_mode);
}

}  // namespace

void* operator new(std::size_t bytes) {
  void* const memory = fault().now("new") ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  std::free(memory);
}

extern "C" {

int memfd_create(const char* name, unsigned flags) noexcept {
  if (std::strcmp(name, "ringwood") == 0 && fault().now("memfd_create")) {
    errno = EMFILE;
    return -1;
  }
  const int file = original<int(const char*, unsigned)>("memfd_create")(name, flags);
  if (std::strcmp(name, "ringwood") == 0) {
    segment = file;
  }
  return file;
}

int ftruncate(int file, off_t bytes) noexcept {
  if (file == segment && fault().now("ftruncate")) {
    errno = ENOSPC;
    return -1;
  }
  return original<int(int, off_t)>("ftruncate")(file, bytes);
}

// All callers of this one in the program mean the segment.
int posix_fallocate(int file, off_t from, off_t bytes) {
  return fault().now("posix_fallocate") ? ENOSPC
                                        : original<int(int, off_t, off_t)>("posix_fallocate")(file, from, bytes);
}

void* mmap(void* at, size_t bytes, int protection, int flags, int file, off_t from) noexcept {
  char path[64] = "";
  char link[64] = "";
  if ((flags & MAP_SHARED) != 0 && file >= 0) {
    std::strcpy(path, "/proc/self/fd/");
    char* end = path + std::strlen(path);
    char digits[12];
    int count = 0;
    for (int rest = file; count == 0 || rest > 0; rest /= 10) {
      digits[count++] = static_cast<char>('0' + rest % 10);
    }
    while (count > 0) {
      *end++ = digits[--count];
    }
    *end = '\0';
    (void)!readlink(path, link, sizeof link - 1);
  }
  if (std::strstr(link, "memfd:ringwood") != nullptr && fault().now("mmap")) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return original<void*(void*, size_t, int, int, int, off_t)>("mmap")(at, bytes, protection, flags, file, from);
}

ssize_t write(int file, const void* data, size_t bytes) {
  if (is_file(file) && fault().now("write")) {
    errno = ENOSPC;
    return -1;
  }
  return original<ssize_t(int, const void*, size_t)>("write")(file, data, bytes);
}

}  // extern "C"
