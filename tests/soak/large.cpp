// Vectors of more bytes than an int can count, with real data, between a few ranks:
//
//   large ELEMENTS...     of one byte: 2147483647 2147483648 2147483649 by hand, in a test about a million
//
// Allreduce, allgather, broadcast and reduce-scatter, and through the C face counts whose sum is beyond 2^31; then
// types of one byte and an extent of 1 MiB, whose offsets are beyond 2^32 whatever the sizes. Exit code 1 if anything
// is wrong. A rank holds at most 1.5 times ELEMENTS bytes.

#include <mpi.h>
#include <sys/mman.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "ringwood.h"
#include "ringwood/mpi/communicator.hpp"

namespace ringwood {

namespace {

using Byte = std::int8_t;

/// Address space, pages when they are touched.
class Pages {
 public:
  explicit Pages(std::size_t bytes)
      : bytes_(bytes),
        at_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    if (at_ == MAP_FAILED) {
      std::perror("mmap");
      MPI_Abort(MPI_COMM_WORLD, 2);
    }
  }

  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  ~Pages() { munmap(at_, bytes_); }

  [[nodiscard]] Byte* data() const { return static_cast<Byte*>(at_); }

  [[nodiscard]] std::span<Byte> span() const { return {data(), bytes_}; }

 private:
  std::size_t bytes_;
  void* at_;
};

/// Differs between places that are 2^8, 2^16, 2^31 or 2^32 apart.
Byte value(int rank, std::size_t index) {
  const std::size_t mixed = index ^ (index >> 8U) ^ (index >> 16U) ^ (index >> 31U) * 5;
  return static_cast<Byte>((mixed * 13 + static_cast<std::size_t>(rank) * 17) & 63U);
}

void fill(std::span<Byte> to, int rank, std::size_t first) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i] = value(rank, first + i);
  }
}

class Checks {
 public:
  explicit Checks(const Communicator& world) : rank_(world.rank()), ranks_(world.size()) {}

  [[nodiscard]] Byte sum(std::size_t index) const {
    int total = 0;
    for (int rank = 0; rank < ranks_; ++rank) {
      total += value(rank, index);
    }
    return static_cast<Byte>(total);
  }

  template <typename Expected>
  void expect(const std::string& what, std::span<const Byte> found, std::size_t first, Expected expected) {
    std::size_t wrong = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (found[i] != expected(first + i)) {
        at = wrong++ == 0 ? i : at;
      }
    }
    note(what, wrong, at);
  }

  void note(const std::string& what, std::size_t wrong, std::size_t at) {
    int any = wrong == 0 ? 0 : 1;
    if (any != 0) {
      std::printf("rank %d, %s: %zu elements wrong, the first is %zu\n", rank_, what.c_str(), wrong, at);
    }
    MPI_Allreduce(MPI_IN_PLACE, &any, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
    if (rank_ == 0) {
      std::printf("%s: %s (%.1f s with all that is checked)\n", what.c_str(), any == 0 ? "right" : "WRONG", seconds);
      std::fflush(stdout);
    }
    bad_ = bad_ || any != 0;
    since_ = std::chrono::steady_clock::now();
  }

  [[nodiscard]] bool bad() const { return bad_; }

  [[nodiscard]] int rank() const { return rank_; }

  [[nodiscard]] int ranks() const { return ranks_; }

 private:
  int rank_;
  int ranks_;
  bool bad_ = false;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

void whole_vectors(Communicator& world, Checks& checks, std::size_t elements) {
  const std::string of = " of " + std::to_string(elements) + " elements";
  const Pages data(elements);
  for (const char* algorithm : {"", "ring", "recursive-doubling"}) {
    if (std::string(algorithm) == "recursive-doubling" && elements > (std::size_t{1} << 31U)) {
      continue;  // it needs as much scratch memory again: once is enough
    }
    fill(data.span(), checks.rank(), 0);
    world.allreduce(data.span(), ReduceOperator::kSum, {.algorithm = algorithm});
    checks.expect("allreduce " + std::string(algorithm) + of, data.span(), 0,
                  [&](std::size_t i) { return checks.sum(i); });
  }
  fill(data.span(), checks.rank(), 0);
  world.broadcast(data.span(), world.size() - 1);
  checks.expect("broadcast" + of, data.span(), 0, [&](std::size_t i) { return value(world.size() - 1, i); });
}

/// Equal blocks, by MPI's int counts: their sum is the number of elements, rounded up.
void blocks(Checks& checks, std::size_t elements) {
  const auto ranks = static_cast<std::size_t>(checks.ranks());
  const std::size_t block = (elements + ranks - 1) / ranks;
  const std::string of = " of " + std::to_string(block * ranks) + " elements by counts of " + std::to_string(block);
  const auto count = static_cast<int>(block);
  const std::size_t mine = block * static_cast<std::size_t>(checks.rank());
  const Pages own(block);
  const Pages all(block * ranks);
  fill(own.span(), 0, mine);
  ringwood_allgather(own.data(), count, MPI_INT8_T, all.data(), count, MPI_INT8_T, MPI_COMM_WORLD);
  checks.expect("allgather" + of, all.span(), 0, [](std::size_t i) { return value(0, i); });
  fill(all.span(), checks.rank(), 0);
  ringwood_reduce_scatter_block(all.data(), own.data(), count, MPI_INT8_T, MPI_SUM, MPI_COMM_WORLD);
  checks.expect("reduce-scatter" + of, own.span(), mine, [&](std::size_t i) { return checks.sum(i); });
}

/// 4,097 elements a rank, each of one byte and 1 MiB from the next.
void large_extents(Checks& checks) {
  constexpr std::size_t kExtent = std::size_t{1} << 20U;
  constexpr int kCount = 4097;
  MPI_Datatype type = MPI_DATATYPE_NULL;
  MPI_Type_create_resized(MPI_INT8_T, 0, static_cast<MPI_Aint>(kExtent), &type);
  MPI_Type_commit(&type);
  const auto total = static_cast<std::size_t>(kCount) * static_cast<std::size_t>(checks.ranks());
  const Pages own(kCount * kExtent);
  const Pages all(total * kExtent);
  const std::size_t mine = kCount * static_cast<std::size_t>(checks.rank());
  for (std::size_t i = 0; i < kCount; ++i) {
    own.data()[i * kExtent] = value(0, mine + i);
  }
  ringwood_allgather(own.data(), kCount, type, all.data(), kCount, type, MPI_COMM_WORLD);
  const auto compare = [&](const std::string& what, const Pages& found, std::size_t elements) {
    std::size_t wrong = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < elements; ++i) {
      // Of the gap the byte behind, on the same page.
      if (found.data()[i * kExtent] != value(0, i) || found.data()[i * kExtent + 1] != 0) {
        at = wrong++ == 0 ? i : at;
      }
    }
    checks.note(what, wrong, at);
  };
  compare("allgather of elements 1 MiB apart", all, total);
  ringwood_bcast(own.data(), kCount, type, 0, MPI_COMM_WORLD);
  compare("broadcast of elements 1 MiB apart", own, kCount);
  MPI_Type_free(&type);
}

bool run(int argc, char** argv) {
  Communicator world(MPI_COMM_WORLD);
  Checks checks(world);
  large_extents(checks);
  for (int i = 1; i < argc; ++i) {
    const auto elements = static_cast<std::size_t>(std::atoll(argv[i]));
    whole_vectors(world, checks, elements);
    blocks(checks, elements);
  }
  return !checks.bad();
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: large ELEMENTS...\n");
    return 2;
  }
  MPI_Init(&argc, &argv);
  const bool right = ringwood::run(argc, argv);
  MPI_Finalize();
  return right ? 0 : 1;
}
