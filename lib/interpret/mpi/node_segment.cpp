#include "interpret/mpi/node_segment.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <new>

#include "interpret/mpi/mpi_error.hpp"
#include "interpret/mpi/shared_pages.hpp"

#ifdef __linux__
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace ringwood {

namespace {

#ifdef __linux__

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }

  [[nodiscard]] int get() const { return number_; }

  [[nodiscard]] bool ok() const { return number_ >= 0; }

 private:
  int number_;
};

/// What rank 0 tells the others: where its descriptor is found, and how to know that it is the right one, since the
/// same number may be another process where containers hide them from each other.
struct Invitation {
  std::int64_t process = 0;
  std::int64_t descriptor = -1;
  std::array<std::uint64_t, 2> token{};
};

int make_file(std::size_t bytes, Invitation& invitation) {
  const int made = ::memfd_create("ringwood", MFD_CLOEXEC);
  if (made < 0) {
    return made;
  }
  constexpr auto kTokenBytes = static_cast<ssize_t>(sizeof invitation.token);
  const bool ready = ::fchmod(made, S_IRUSR | S_IWUSR) == 0 && ::ftruncate(made, static_cast<off_t>(bytes)) == 0 &&
                     ::getrandom(invitation.token.data(), sizeof invitation.token, 0) == kTokenBytes &&
                     ::pwrite(made, invitation.token.data(), sizeof invitation.token, 0) == kTokenBytes;
  if (!ready) {
    ::close(made);
    return -1;
  }
  invitation.process = ::getpid();
  invitation.descriptor = made;
  return made;
}

int open_file(const Invitation& invitation) {
  if (invitation.descriptor < 0) {
    return -1;
  }
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/%lld/fd/%lld", static_cast<long long>(invitation.process),
                static_cast<long long>(invitation.descriptor));
  const int opened = ::open(path.data(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  std::array<std::uint64_t, 2> token{};
  const bool right = opened >= 0 && ::pread(opened, token.data(), sizeof token, 0) == ssize_t{sizeof token} &&
                     token == invitation.token;
  if (opened >= 0 && !right) {
    ::close(opened);
    return -1;
  }
  return opened;
}

/// Takes memory of an area now, and each rank that of its own slots: where there is none left, that is an error here
/// and not a signal later; and it is then near the rank that writes it. Larger slots are left to whoever uses them
/// first, where that works.
bool reserve(int file, std::size_t area, const NodeShape& shape, Rank me) {
  const auto take = [file, area](std::size_t begin, std::size_t bytes) {
    return ::posix_fallocate(file, static_cast<off_t>(area + begin), static_cast<off_t>(bytes)) == 0;
  };
  const std::size_t own = pages_come_on_request() ? NodeShape::small_slots_bytes() : shape.slots_bytes();
  return take(shape.slots_begin(me), own) && (me != 0 || take(0, shape.slots_begin(0)));
}

void* map(int file, const NodeShape& waiting, const NodeShape& stepped, Rank me) {
  if (file < 0 || !reserve(file, 0, waiting, me) || !reserve(file, waiting.total_bytes(), stepped, me)) {
    return MAP_FAILED;
  }
  return ::mmap(nullptr, waiting.total_bytes() + stepped.total_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
}

// Of the small slots of a node, in how many ranks' every process looks at once.
constexpr Rank kMostTouched = 256;

/// Has the process see what every call may use. Only after everybody has taken its own, so that none of it is taken far
/// from the rank that writes it.
void touch(const NodeSegment::Area& area) {
  see_pages(area.memory.first(area.shape.slots_begin(0)));
  for (Rank rank = 0; rank < std::min(area.shape.ranks, kMostTouched); ++rank) {
    see_pages(area.memory.subspan(area.shape.slots_begin(rank), NodeShape::small_slots_bytes()));
  }
}

#endif

}  // namespace

NodeSegment::NodeSegment(std::byte* memory, const NodeShape& waiting, const NodeShape& stepped)
    : waiting_{{memory, waiting.total_bytes()}, waiting},
      stepped_{{memory + waiting.total_bytes(), stepped.total_bytes()}, stepped} {}

#ifdef __linux__

std::unique_ptr<NodeSegment> NodeSegment::create(MPI_Comm node) {
  Rank me = 0;
  Rank ranks = 1;
  check_mpi(PMPI_Comm_rank(node, &me), "MPI_Comm_rank");
  check_mpi(PMPI_Comm_size(node, &ranks), "MPI_Comm_size");
  const NodeShape waiting(ranks);
  const NodeShape stepped(ranks, NodeShape::kFewBytes);
  Invitation invitation;
  const int made = me == 0 ? make_file(waiting.total_bytes() + stepped.total_bytes(), invitation) : -1;
  check_mpi(PMPI_Bcast(&invitation, static_cast<int>(sizeof invitation), MPI_BYTE, 0, node), "MPI_Bcast");
  const Descriptor file(me == 0 ? made : open_file(invitation));
  void* memory = map(file.get(), waiting, stepped, me);
  std::unique_ptr<NodeSegment> segment;
  if (memory != MAP_FAILED) {
    segment.reset(new (std::nothrow) NodeSegment(static_cast<std::byte*>(memory), waiting, stepped));
    if (segment == nullptr) {
      ::munmap(memory, waiting.total_bytes() + stepped.total_bytes());
    }
  }
  int ok = segment != nullptr ? 1 : 0;
  check_mpi(PMPI_Allreduce(MPI_IN_PLACE, &ok, 1, MPI_INT, MPI_MIN, node), "MPI_Allreduce");
  if (ok == 0) {
    return nullptr;
  }
  touch(segment->waiting());
  touch(segment->stepped());
  return segment;
}

NodeSegment::~NodeSegment() {
  ::munmap(waiting_.memory.data(), waiting_.memory.size() + stepped_.memory.size());
}

#else

std::unique_ptr<NodeSegment> NodeSegment::create(MPI_Comm /*node*/) {
  return nullptr;
}

NodeSegment::~NodeSegment() = default;

#endif

}  // namespace ringwood
