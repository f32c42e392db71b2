// Long runs of collectives under mpirun: memory, descriptors and results must stay as they are, and latency is printed.
//
//   soak small CALLS [BYTES]     as many small allreduces
//   soak mix SECONDS [SEED]      random collectives, sizes, types and algorithms, each result checked
//   soak cycles COUNT            duplicate a communicator, use it, free it
//   soak live COUNT              as many communicators at once, each used twice; half a MB each at 2 ranks
//   soak leak CALLS              a leak of 100 bytes a call, planted: must be seen
//
// A line for each tenth: calls, microseconds a call, resident KiB, descriptors. Exit code 1 if a result was wrong, or
// if memory grew by more than 1 MiB or descriptors at all between the second tenth and the last.

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/lib/api/mpi_case.hpp"

namespace ringwood {

namespace {

using Clock = std::chrono::steady_clock;

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) {
      return std::atol(line.c_str() + 6);
    }
  }
  return 0;
}

long descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

/// Prints a line for each tenth, and remembers one of them to hold the later ones against.
class Watch {
 public:
  explicit Watch(int rank, int remembered = 2, long allowed_kib = 1024)
      : rank_(rank), remembered_(remembered), allowed_kib_(allowed_kib) {}

  void tenth(long calls) {
    const double seconds = std::chrono::duration<double>(Clock::now() - since_).count();
    const long kib = resident_kib();
    const long files = descriptors();
    if (rank_ == 0) {
      std::printf("%10ld calls  %9.3f us  %8ld KiB  %3ld descriptors\n", calls,
                  seconds * 1e6 / static_cast<double>(std::max(1L, calls)), kib, files);
      std::fflush(stdout);
    }
    if (++lines_ == remembered_) {
      kib_ = kib;
      files_ = files;
    }
    grew_ = lines_ > remembered_ && (kib > kib_ + allowed_kib_ || files > files_);
    since_ = Clock::now();
  }

  [[nodiscard]] bool grew() const { return grew_; }

 private:
  int rank_;
  int remembered_;
  long allowed_kib_;
  int lines_ = 0;
  long kib_ = 0;
  long files_ = 0;
  bool grew_ = false;
  Clock::time_point since_ = Clock::now();
};

bool small(Communicator& world, long calls, std::size_t bytes, bool leaks) {
  Watch watch(world.rank());
  std::vector<int> in(std::max<std::size_t>(1, bytes / sizeof(int)), world.rank());
  std::vector<int> out(in.size());
  const int expected = world.size() * (world.size() - 1) / 2;
  bool right = true;
  for (int tenth = 0; tenth < 10; ++tenth) {
    for (long call = 0; call < calls / 10; ++call) {
      world.allreduce(std::span<const int>(in), std::span<int>(out), ReduceOperator::kSum);
      right = right && out.front() == expected && out.back() == expected;
      if (leaks) {
        volatile char* const lost = new char[100];
        lost[0] = 1;
      }
    }
    watch.tenth(calls / 10);
  }
  return right && !watch.grew();
}

/// The kinds of call that the mix draws from: few enough that their prepared plans are all known after a while.
CollectiveCall drawn(std::mt19937& random, int ranks) {
  static constexpr const char* kAllreduces[] = {"", "ring", "recursive-doubling", "lanes(2, ring)", "native"};
  CollectiveCall call;
  call.collective = kAllCollectives[random() % kAllCollectives.size()];
  call.elements = std::size_t{1} << (random() % 17U);
  call.elements += call.collective == Collective::kBarrier ? 0 : random() % 3;
  call.root = static_cast<Rank>(random() % static_cast<unsigned>(ranks));
  call.in_place =
      call.collective != Collective::kReduce && call.collective != Collective::kAlltoall && random() % 2 == 0;
  if (call.collective == Collective::kAllreduce) {
    call.algorithm = kAllreduces[random() % std::size(kAllreduces)];
  }
  return call;
}

bool mix(Communicator& world, double seconds, unsigned seed) {
  Watch watch(world.rank(), 5, 8192);
  const std::vector<Kind> kinds{sum_of<std::int32_t>(), sum_of<double>(), sum_of<std::uint8_t>()};
  std::mt19937 random(seed);
  bool right = true;
  for (int tenth = 0; tenth < 10; ++tenth) {
    const auto end = Clock::now() + std::chrono::duration<double>(seconds / 10);
    long calls = 0;
    for (int more = 1; more != 0;) {
      for (int i = 0; i < 20; ++i, ++calls) {
        const CollectiveCall call = drawn(random, world.size());
        const std::string wrong =
            MpiCase(kinds[random() % kinds.size()], call, world.rank(), world.size()).wrong(world);
        if (!wrong.empty()) {
          right = false;
          std::printf("%s: %s\n", std::string(name_of(call.collective)).c_str(), wrong.c_str());
        }
      }
      more = Clock::now() < end ? 1 : 0;
      MPI_Bcast(&more, 1, MPI_INT, 0, MPI_COMM_WORLD);
    }
    watch.tenth(calls);
  }
  return right && !watch.grew();
}

bool cycles(long count) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  Watch watch(rank);
  for (int tenth = 0; tenth < 10; ++tenth) {
    for (long cycle = 0; cycle < count / 10; ++cycle) {
      MPI_Comm own = MPI_COMM_NULL;
      MPI_Comm_dup(MPI_COMM_WORLD, &own);
      Communicator communicator(own);
      std::vector<int> data(10, 1);
      communicator.allreduce(std::span<int>(data), ReduceOperator::kSum);
      MPI_Comm_free(&own);
    }
    watch.tenth(count / 10);
  }
  return !watch.grew();
}

/// Here memory grows; descriptors must not, and all are there again afterwards.
bool live(long count) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  Watch watch(rank, 1, std::numeric_limits<long>::max() / 2);
  std::vector<MPI_Comm> handles;
  std::vector<Communicator> communicators;
  bool right = true;
  const auto use = [&](Communicator& one) {
    std::vector<int> data(10, 1);
    one.allreduce(std::span<int>(data), ReduceOperator::kSum);
    right = right && std::ranges::count(data, one.size()) == 10;
  };
  for (int tenth = 0; tenth < 10; ++tenth) {
    for (long i = 0; i < count / 10; ++i) {
      MPI_Comm_dup(MPI_COMM_WORLD, &handles.emplace_back());
      use(communicators.emplace_back(handles.back()));
    }
    watch.tenth(count / 10);
  }
  std::ranges::for_each(communicators, use);
  communicators.clear();
  for (MPI_Comm& handle : handles) {
    MPI_Comm_free(&handle);
  }
  watch.tenth(count);
  return right && !watch.grew();
}

bool run(const std::string& mode, double amount, long more) {
  if (mode == "cycles") {
    return cycles(static_cast<long>(amount));
  }
  if (mode == "live") {
    return live(static_cast<long>(amount));
  }
  Communicator world(MPI_COMM_WORLD);
  if (mode == "mix") {
    return mix(world, amount, static_cast<unsigned>(more));
  }
  return small(world, static_cast<long>(amount), more > 0 ? static_cast<std::size_t>(more) : 8, mode == "leak");
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  if (argc < 3) {
    std::fprintf(stderr,
                 "usage: soak small CALLS [BYTES] | mix SECONDS [SEED] | cycles COUNT | live COUNT | leak CALLS\n");
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  int bad = ringwood::run(argv[1], std::atof(argv[2]), argc > 3 ? std::atol(argv[3]) : 0) ? 0 : 1;
  MPI_Allreduce(MPI_IN_PLACE, &bad, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0 && bad != 0) {
    std::printf("wrong results, or memory or descriptors grew\n");
  }
  MPI_Finalize();
  return bad;
}
