// MPI_THREAD_MULTIPLE: threads with a communicator each call at the same time, while others send and receive with any
// tag; communicators are made and freed meanwhile. R-25.

#include <atomic>
#include <thread>

#include "tests/lib/api/mpi_case.hpp"
#include "tests/lib/api/mpi_main.hpp"

namespace ringwood {
namespace {

constexpr int kThreads = 4;
constexpr int kCalls = 60;

std::vector<MPI_Comm> copies(int count) {
  std::vector<MPI_Comm> made(static_cast<std::size_t>(count), MPI_COMM_NULL);
  for (MPI_Comm& one : made) {
    MPI_Comm_dup(MPI_COMM_WORLD, &one);
  }
  return made;
}

/// Many calls of all kinds; how many gave a wrong result.
int call_often(MPI_Comm own, int thread) {
  static constexpr const char* kAlgorithms[] = {"", "ring", "lanes(2, ring)", "recursive-doubling"};
  Communicator communicator(own);
  const Kind kind = sum_of<std::int32_t>();
  int wrong = 0;
  for (int call = 0; call < kCalls; ++call) {
    const CollectiveCall one{.collective = call % 3 == 0 ? Collective::kBroadcast : Collective::kAllreduce,
                             .in_place = call % 2 == 0,
                             .elements = static_cast<std::size_t>(1 + (call * 37 + thread * 11) % 3000),
                             .root = call % communicator.size(),
                             .algorithm = call % 3 == 0 ? "" : kAlgorithms[(call + thread) % 4]};
    wrong += MpiCase(kind, one, communicator.rank(), communicator.size()).wrong(communicator).empty() ? 0 : 1;
  }
  return wrong;
}

TEST(Threads, each_with_a_communicator_of_its_own) {
  int provided = 0;
  MPI_Query_thread(&provided);
  if (provided < MPI_THREAD_MULTIPLE) {
    GTEST_SKIP() << "this MPI has no MPI_THREAD_MULTIPLE";
  }
  std::vector<MPI_Comm> own = copies(kThreads + 1);
  int me = 0;
  int ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &me);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] { wrong += call_often(own[static_cast<std::size_t>(thread)], thread); });
    }
    // The user's own messages, received whatever their tag and source.
    threads.emplace_back([&] {
      for (int message = 0; message < kCalls; ++message) {
        int sent = me * 1000 + message;
        int received = -1;
        MPI_Request request = MPI_REQUEST_NULL;
        MPI_Isend(&sent, 1, MPI_INT, (me + 1) % ranks, message, own.back(), &request);
        MPI_Status status;
        MPI_Recv(&received, 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, own.back(), &status);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        wrong += received == (me + ranks - 1) % ranks * 1000 + message && status.MPI_TAG == message ? 0 : 1;
      }
    });
  }
  EXPECT_EQ(wrong, 0);
  for (MPI_Comm& one : own) {
    MPI_Comm_free(&one);
  }
}

}  // namespace
}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
