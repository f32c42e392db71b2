// A program for troubles that are no death of a rank (tests/faults/run and tests/faults/network start it):
//
//   fault_trouble abort SEED        one rank calls MPI_Abort in the middle of a call, and says when
//   fault_trouble straggle CALLS    one rank takes ten times as long as the others: nothing may be taken for a fault
//   fault_trouble network SECONDS   checked calls, whatever the network does meanwhile
//   fault_trouble overlap TRIALS    rank 0 computes 100 ms between start and wait, and prints how much that hid
//
// Exit codes: 0, all was right; 1, a wrong result or a false alarm; 3, a call ended with an error, which is told.

#include <mpi.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "ringwood/mpi/communicator.hpp"

namespace ringwood {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

const char* algorithm(unsigned number) {
  static constexpr const char* kAlgorithms[] = {
      "ring", "recursive-doubling", "lanes(2, ring)", "one-shot", "rabenseifner", "double-tree", "", "circulant"};
  return kAlgorithms[number % std::size(kAlgorithms)];
}

std::vector<long> input(int rank, std::size_t elements, long call) {
  std::vector<long> values(elements);
  for (std::size_t i = 0; i < elements; ++i) {
    values[i] = rank + static_cast<long>(i % 7) + call;
  }
  return values;
}

bool is_sum(const std::vector<long>& result, int ranks, long call) {
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (result[i] != ranks * (ranks - 1L) / 2 + ranks * (static_cast<long>(i % 7) + call)) {
      return false;
    }
  }
  return true;
}

[[noreturn]] void abort_now() {
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  std::fprintf(stderr, "aborts at %.3f\n", now);
  MPI_Abort(MPI_COMM_WORLD, 4);
  std::abort();
}

/// Never ends otherwise. A rank that applies no operation, as a leaf of a tree, aborts between calls.
void abort_in_a_call(Communicator& world, unsigned seed) {
  constexpr int kLatest = 100;
  std::mt19937 random(seed);
  const std::string named = algorithm(static_cast<unsigned>(random()));
  const std::size_t elements = random() % 4 == 0 ? 1 + random() % 300'000 : 1 + random() % 2000;
  const auto odd = static_cast<int>(random() % static_cast<unsigned>(world.size()));
  long left = static_cast<long>(1 + random() % 60) * static_cast<long>(std::min<std::size_t>(elements, 64));
  const auto sum = [&](long a, long b) {
    if (world.rank() == odd && --left == 0) {
      abort_now();
    }
    return a + b;
  };
  for (long call = 0;; ++call) {
    if (world.rank() == odd && call == kLatest) {
      abort_now();
    }
    const std::vector<long> in = input(world.rank(), elements, call);
    std::vector<long> out(elements);
    world.allreduce(std::span<const long>(in), std::span<long>(out), sum, {.algorithm = named, .commutative = true});
  }
}

/// Calls of all sizes; before each the last rank does nothing for nine times as long as calls took at first.
int straggle(Communicator& world, long calls) {
  constexpr long kFirst = 200;
  std::mt19937 random(42);
  const auto start = Clock::now();
  double pause = 0;
  for (long call = 0; call < calls; ++call) {
    if (call == kFirst) {
      pause = 9 * seconds_since(start) / kFirst;
    }
    if (world.rank() == world.size() - 1) {
      std::this_thread::sleep_for(std::chrono::duration<double>(pause));
    }
    const std::size_t elements = 1 + random() % (random() % 8 == 0 ? 20'000 : 500);
    const std::vector<long> in = input(world.rank(), elements, call);
    std::vector<long> out(elements);
    const std::string named = algorithm(static_cast<unsigned>(random()));
    try {
      world.allreduce(std::span<const long>(in), std::span<long>(out), ReduceOperator::kSum, {.algorithm = named});
    } catch (const Error& error) {
      std::printf("false alarm in call %ld: %s\n", call, error.what());
      std::fflush(stdout);
      _exit(1);
    }
    if (!is_sum(out, world.size(), call)) {
      std::printf("call %ld is wrong\n", call);
      return 1;
    }
  }
  if (world.rank() == 0) {
    std::printf("%ld calls, the last rank %.0f us late in each, %.1f s: no false alarm\n", calls, pause * 1e6,
                seconds_since(start));
  }
  return 0;
}

int through_a_network(Communicator& world, double seconds) {
  std::mt19937 random(46);
  const auto start = Clock::now();
  long call = 0;
  for (int more = 1; more != 0; ++call) {
    const std::size_t elements = 1 + random() % (random() % 3 == 0 ? 200'000 : 3000);
    const std::vector<long> in = input(world.rank(), elements, call);
    std::vector<long> out(elements);
    const std::string named = algorithm(static_cast<unsigned>(random()));
    try {
      world.allreduce(std::span<const long>(in), std::span<long>(out), ReduceOperator::kSum, {.algorithm = named});
      if (!is_sum(out, world.size(), call)) {
        std::printf("WRONG: call %ld, %s\n", call, named.c_str());
        std::fflush(stdout);
        _exit(1);
      }
      more = seconds_since(start) < seconds ? 1 : 0;
      world.broadcast(std::span<int>(&more, 1), 0);
    } catch (const Error& error) {
      std::printf("error after %ld calls, %.1f s: %s\n", call, seconds_since(start), error.what());
      std::fflush(stdout);
      _exit(3);
    }
  }
  if (world.rank() == 0) {
    std::printf("right: %ld calls\n", call);
  }
  return 0;
}

/// Until that time has passed on the processor, or, asleep, on the clock.
void work(double seconds, bool asleep) {
  if (asleep) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    return;
  }
  const auto used = [] {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  };
  for (const double start = used(); used() - start < seconds;) {
  }
}

/// How long rank 0 needs for an allreduce of 16 MiB with so much work between start and wait.
double call_with_work(Communicator& world, double seconds, bool asleep, int& wrong) {
  constexpr std::size_t kElements = (16U << 20U) / sizeof(float);
  std::vector<float> data(kElements, static_cast<float>(world.rank() + 1));
  MPI_Barrier(MPI_COMM_WORLD);
  const auto start = Clock::now();
  Request request = world.start().allreduce(std::span<float>(data), ReduceOperator::kSum, {.algorithm = "ring"});
  if (world.rank() == 0 && seconds > 0) {
    work(seconds, asleep);
  }
  request.wait();
  const double took = seconds_since(start);
  const auto expected = static_cast<float>(world.size() * (world.size() + 1) / 2);
  wrong += std::all_of(data.begin(), data.end(), [&](float one) { return one == expected; }) ? 0 : 1;
  return took;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int overlap(Communicator& world, int trials) {
  constexpr double kWork = 0.1;
  int wrong = 0;
  for (const bool asleep : {false, true}) {
    std::vector<double> alone;
    std::vector<double> together;
    for (int trial = 0; trial < trials; ++trial) {
      alone.push_back(call_with_work(world, 0, asleep, wrong));
      together.push_back(call_with_work(world, kWork, asleep, wrong));
    }
    if (world.rank() == 0) {
      const double hidden = (median(alone) + kWork - median(together)) / median(alone);
      std::printf("%s: alone %.1f ms, with %.0f ms of it %.1f ms: %.0f %% of the call hidden\n",
                  asleep ? "rank 0 sleeps" : "rank 0 computes", 1e3 * median(alone), 1e3 * kWork,
                  1e3 * median(together), 100 * std::clamp(hidden, 0.0, 1.0));
    }
  }
  return wrong == 0 ? 0 : 1;
}

int run(const std::string& mode, double amount) {
  Communicator world(MPI_COMM_WORLD);
  if (mode == "abort") {
    abort_in_a_call(world, static_cast<unsigned>(amount));
  }
  if (mode == "straggle") {
    return straggle(world, static_cast<long>(amount));
  }
  return mode == "network" ? through_a_network(world, amount) : overlap(world, static_cast<int>(amount));
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: fault_trouble abort SEED | straggle CALLS | network SECONDS | overlap TRIALS\n");
    return 2;
  }
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
  int bad = ringwood::run(argv[1], std::atof(argv[2]));
  MPI_Allreduce(MPI_IN_PLACE, &bad, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  MPI_Finalize();
  return bad;
}
