// A program to which faults happen while its collectives run (tests/faults/run starts it under mpirun).
//
//   fault_victim kill SEED            one rank is killed in the middle of a call
//   fault_victim stop SEED TRIALS     one rank is stopped; the others must say so in time, and the right one
//   fault_victim resume SEED TRIALS   one rank is stopped for a while; every result must be right
//   fault_victim memory SEED TRIALS   an allocation fails, at one rank or at all; nobody hangs, and a later call is
//   right fault_victim calls SEED TRIALS    nothing happens here (but perhaps by tests/faults/shim.cpp): results must
//   be right
//
// Rank 0 prints "MODE trials=N hit=N bad=N" at the end, and what was bad before it; the exit code is 1 if anything was.

#include <mpi.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "ringwood/mpi/communicator.hpp"

namespace {

// How many allocations may still succeed; negative: all.
std::atomic<long> allocations_left{-1};

bool allocation_fails() {
  return allocations_left.load(std::memory_order_relaxed) >= 0 &&
         allocations_left.fetch_sub(1, std::memory_order_relaxed) == 0;
}

}  // namespace

void* operator new(std::size_t bytes) {
  void* const memory = allocation_fails() ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
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

namespace ringwood {

namespace {

using Clock = std::chrono::steady_clock;

volatile sig_atomic_t planned_signal = 0;
volatile sig_atomic_t happened = 0;
std::atomic<std::int64_t> happened_at{0};
int minder = -1;

/// So that a stopped process goes on: somebody else has to say so. Called where a signal may be handled.
void happen() {
  if (planned_signal == 0) {
    return;
  }
  const int signal = planned_signal;
  planned_signal = 0;
  happened = 1;
  happened_at = Clock::now().time_since_epoch().count();
  if (signal == SIGSTOP) {
    const char now = 1;
    (void)!write(minder, &now, 1);
  }
  (void)kill(getpid(), signal);
}

void on_alarm(int /*signal*/) {
  happen();
}

/// A process of its own that sends SIGCONT so many milliseconds after each byte it reads.
int start_minder(int milliseconds) {
  int ends[2];
  if (pipe(ends) != 0) {
    std::abort();
  }
  const pid_t parent = getpid();
  if (fork() == 0) {
    for (int file = 0; file < 256; ++file) {
      if (file != ends[0]) {
        close(file);
      }
    }
    char byte = 0;
    while (read(ends[0], &byte, 1) == 1) {
      usleep(static_cast<useconds_t>(milliseconds) * 1000);
      (void)kill(parent, SIGCONT);
    }
    _exit(0);
  }
  close(ends[0]);
  return ends[1];
}

struct Victim {
  int rank = 0;
  int ranks = 1;
  std::mt19937 random;  // the same on all ranks
  int trials = 0;
  int hit = 0;
  int bad = 0;

  void complain(int trial, const std::string& what) {
    ++bad;
    std::printf("trial %d, rank %d: %s\n", trial, rank, what.c_str());
    std::fflush(stdout);
  }
};

const char* algorithm(unsigned number) {
  static constexpr const char* kAlgorithms[] = {
      "ring", "recursive-doubling", "lanes(2, ring)", "one-shot", "rabenseifner", "double-tree", "", "circulant"};
  return kAlgorithms[number % std::size(kAlgorithms)];
}

/// What one trial does, by chance and the same on all ranks.
struct Plan {
  std::string algorithm;
  std::size_t elements;
  int faulty;
  bool by_timer;
  long when;  // microseconds, or applications of the operation

  Plan(Victim& victim) {
    algorithm = ringwood::algorithm(static_cast<unsigned>(victim.random()));
    elements = victim.random() % 4 == 0 ? 1 + victim.random() % 300'000 : 1 + victim.random() % 2000;
    faulty = static_cast<int>(victim.random() % static_cast<unsigned>(victim.ranks));
    by_timer = victim.random() % 2 == 0;
    when = static_cast<long>(1 + victim.random() % (by_timer ? 3000 : 60));
  }
};

/// Where a step is never reached, the fault comes before this call.
constexpr int kLatest = 100;

/// Calls until there is an error or enough of them. What was wrong with a result; the error goes to `error`.
std::string call_often(Communicator& communicator, const Plan& plan, int calls, std::string& error) {
  std::vector<long> in(plan.elements);
  std::vector<long> out(plan.elements);
  const int ranks = communicator.size();
  long applied = 0;
  const bool faulty = plan.faulty == communicator.rank();
  const auto sum = [&](long a, long b) { return a + b; };
  const auto counted = [&](long a, long b) {
    if (faulty && ++applied >= plan.when * static_cast<long>(std::min<std::size_t>(plan.elements, 64))) {
      happen();
    }
    return a + b;
  };
  for (int call = 0; call < calls; ++call) {
    if (faulty && !plan.by_timer && call >= kLatest) {
      happen();  // a leaf of a tree applies no operation
    }
    for (std::size_t i = 0; i < in.size(); ++i) {
      in[i] = communicator.rank() + static_cast<long>(i % 7) + call;
    }
    try {
      const CallOptions options{.algorithm = plan.algorithm, .commutative = true};
      if (plan.by_timer) {
        communicator.allreduce(std::span<const long>(in), std::span<long>(out), sum, options);
      } else {
        communicator.allreduce(std::span<const long>(in), std::span<long>(out), counted, options);
      }
    } catch (const std::exception& failure) {
      error = failure.what();
      return "";
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
      const long expected = ranks * (ranks - 1L) / 2 + ranks * (static_cast<long>(i % 7) + call);
      if (out[i] != expected) {
        return "call " + std::to_string(call) + ", element " + std::to_string(i) + " is " + std::to_string(out[i]) +
               " and not " + std::to_string(expected);
      }
    }
  }
  return "";
}

void arm(const Plan& plan, int rank, int signal) {
  happened = 0;
  if (rank == plan.faulty) {
    planned_signal = signal;
    if (plan.by_timer) {
      const itimerval timer{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = plan.when}};
      setitimer(ITIMER_REAL, &timer, nullptr);
    }
  }
}

void disarm() {
  const itimerval none{};
  setitimer(ITIMER_REAL, &none, nullptr);
  planned_signal = 0;
}

/// The rank that the text names after these words; -1: none.
int rank_after(const std::string& words, const std::string& text) {
  const std::size_t at = text.find(words);
  return at == std::string::npos ? -1 : std::atoi(text.c_str() + at + words.size());
}

/// Where those who wait for each other end: at ranks that say nothing, or that wait for one another.
std::set<int> ends_of(const std::vector<int>& waits_for) {
  std::set<int> ends;
  for (int rank = 0; rank < static_cast<int>(waits_for.size()); ++rank) {
    int at = rank;
    for (std::size_t hops = 0; hops < waits_for.size() && waits_for[static_cast<std::size_t>(at)] >= 0; ++hops) {
      at = waits_for[static_cast<std::size_t>(at)];
    }
    if (waits_for[static_cast<std::size_t>(rank)] >= 0) {
      ends.insert(at);
    }
  }
  return ends;
}

void stop_one(Victim& victim, int trial, std::int64_t limit) {
  const Plan plan(victim);
  MPI_Comm own = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &own);
  std::string error;
  std::int64_t failed_at = 0;
  {
    Communicator communicator(own);
    MPI_Barrier(MPI_COMM_WORLD);
    arm(plan, victim.rank, SIGSTOP);
    const std::string wrong = call_often(communicator, plan, 400, error);
    failed_at = Clock::now().time_since_epoch().count();
    disarm();
    if (!wrong.empty()) {
      victim.complain(trial, wrong);
    }
    MPI_Barrier(MPI_COMM_WORLD);
  }
  int stopped = happened;
  MPI_Bcast(&stopped, 1, MPI_INT, plan.faulty, MPI_COMM_WORLD);
  std::int64_t stopped_at = happened_at;
  MPI_Bcast(&stopped_at, 1, MPI_INT64_T, plan.faulty, MPI_COMM_WORLD);
  const int waits = victim.rank == plan.faulty || error.empty() ? -1 : rank_after("waits for rank ", error);
  std::vector<int> all(static_cast<std::size_t>(victim.ranks));
  MPI_Allgather(&waits, 1, MPI_INT, all.data(), 1, MPI_INT, MPI_COMM_WORLD);
  const std::set<int> ends = ends_of(all);
  victim.hit += ends.empty() ? 0 : 1;
  if (stopped != 0 && victim.rank != plan.faulty && waits >= 0 && failed_at - stopped_at > limit) {
    victim.complain(trial,
                    "told " + std::to_string((failed_at - stopped_at) / 1'000'000) + " ms after the stop: " + error);
  }
  if (waits >= 0 && rank_after("; late: rank ", error) != plan.faulty) {
    victim.complain(trial, "rank " + std::to_string(plan.faulty) + " was stopped, but is not told as late: " + error);
  }
  if (victim.rank == 0 && !ends.empty() && ends != std::set<int>{plan.faulty}) {
    victim.complain(trial, "rank " + std::to_string(plan.faulty) + " was stopped, but rank 0 says: " + error);
  }
  MPI_Comm_free(&own);
}

void resume_one(Victim& victim, int trial) {
  const Plan plan(victim);
  Communicator communicator(MPI_COMM_WORLD);
  std::string error;
  arm(plan, victim.rank, SIGSTOP);
  const std::string wrong = call_often(communicator, plan, 20, error);
  disarm();
  int stopped = happened;
  MPI_Bcast(&stopped, 1, MPI_INT, plan.faulty, MPI_COMM_WORLD);
  victim.hit += stopped;
  if (!wrong.empty() || !error.empty()) {
    victim.complain(trial, wrong + error);
  }
}

/// An allocation fails, at all ranks or at one, in a call that needs a new plan: in every other trial of either kind in
/// the first call, with all that is made for the communicator. That fails at all ranks, or at none, and can be tried
/// again; a rank that fails alone later keeps the others waiting until their time-out, unless calls are compared.
void memory_one(Victim& victim, int trial, bool at_all, bool first) {
  Plan plan(victim);
  plan.by_timer = true;
  plan.elements = 1 + plan.elements % 2000;
  MPI_Comm own = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &own);
  std::string error;
  {
    Communicator communicator(own);
    std::vector<long> in(plan.elements, 1);
    std::vector<long> out(plan.elements);
    const auto sum = [](long a, long b) { return a + b; };
    const CallOptions options{.algorithm = plan.algorithm, .commutative = true};
    const std::span<const long> from(in);
    const std::span<long> to(out);
    bool threw = false;
    bool timed_out = false;
    const bool faulty = at_all || victim.rank == plan.faulty;
    int late = 0;
    try {
      int one = 1;
      if (!first) {
        communicator.allreduce(std::span<int>(&one, 1), ReduceOperator::kSum);
      }
    } catch (const std::exception&) {
      late = 1;  // the machine is busy, and the time-out short
    }
    MPI_Allreduce(MPI_IN_PLACE, &late, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    allocations_left = faulty ? trial * 3 : -1;
    try {
      communicator.allreduce(from, to, sum, options);
    } catch (const std::exception& failure) {
      threw = true;
      timed_out = std::string(failure.what()).find("no answer") != std::string::npos;
      if (timed_out && std::getenv("RINGWOOD_CHECK") != nullptr) {
        victim.complain(trial, failure.what());
      }
    }
    const bool failed = faulty && allocations_left < 0;
    allocations_left = -1;
    victim.hit += failed ? 1 : 0;
    int anywhere = failed || late != 0 ? 1 : 0;
    MPI_Allreduce(MPI_IN_PLACE, &anywhere, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    if (!threw && out != std::vector<long>(plan.elements, victim.ranks)) {
      victim.complain(trial, "a call that did not fail has a wrong result");
    }
    if (anywhere == 0 && threw && !timed_out) {
      victim.complain(trial, "a call failed, and no allocation did");
    }
    MPI_Barrier(MPI_COMM_WORLD);
  }
  MPI_Comm_free(&own);
}

void run(Victim& victim, const std::string& mode) {
  if (mode == "kill") {
    const Plan plan(victim);
    Communicator communicator(MPI_COMM_WORLD);
    std::string error;
    arm(plan, victim.rank, SIGKILL);
    const std::string wrong = call_often(communicator, plan, 100'000, error);
    if (!wrong.empty()) {
      victim.complain(0, wrong);
    }
    std::fprintf(stderr, "rank %d: %s\n", victim.rank, error.c_str());
    _exit(wrong.empty() ? 3 : 1);
  }
  const char* const timeout = std::getenv("RINGWOOD_TIMEOUT");
  const double seconds = timeout == nullptr ? 1 : std::atof(timeout);
  const auto limit = static_cast<std::int64_t>((seconds + 1) * 1e9);
  for (int trial = 0; trial < victim.trials; ++trial) {
    if (mode == "stop") {
      stop_one(victim, trial, limit);
    } else if (mode == "resume") {
      resume_one(victim, trial);
    } else if (mode == "memory") {
      memory_one(victim, trial / 4, trial % 2 == 0, trial % 4 < 2);
    } else {
      const Plan plan(victim);
      Communicator communicator(MPI_COMM_WORLD);
      std::string error;
      const std::string wrong = call_often(communicator, plan, 10, error);
      ++victim.hit;
      if (!wrong.empty() || !error.empty()) {
        victim.complain(trial, wrong + error);
      }
    }
  }
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: fault_victim kill|stop|resume|memory|calls SEED [TRIALS]\n");
    return 2;
  }
  const std::string mode = argv[1];
  ringwood::minder = ringwood::start_minder(mode == "stop" ? 1400 : 15);
  std::signal(SIGALRM, ringwood::on_alarm);
  std::signal(SIGPIPE, SIG_IGN);
  ringwood::Victim victim;
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_SINGLE, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &victim.rank);
  MPI_Comm_size(MPI_COMM_WORLD, &victim.ranks);
  victim.random.seed(static_cast<unsigned>(std::atoi(argv[2])));
  victim.trials = argc > 3 ? std::atoi(argv[3]) : 1;
  ringwood::run(victim, mode);
  int bad = 0;
  int hit = 0;
  MPI_Allreduce(&victim.bad, &bad, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  MPI_Allreduce(&victim.hit, &hit, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  if (victim.rank == 0) {
    std::printf("%s trials=%d hit=%d bad=%d\n", mode.c_str(), victim.trials, hit, bad);
  }
  close(ringwood::minder);
  while (wait(nullptr) > 0) {
  }
  MPI_Finalize();
  return bad == 0 ? 0 : 1;
}
