// RINGWOOD_CHECKSUM=1: results are right, and one bit that is flipped on its way over MPI is always told. The
// library's sends come through this program's MPI_Isend, which is where bits flip.

#include <gmock/gmock.h>

#include <deque>

#include "tests/lib/api/environment.hpp"
#include "tests/lib/api/mpi_case.hpp"
#include "tests/lib/api/mpi_main.hpp"

namespace {

int sends_until_flip = -1;
int flips = 0;
std::deque<std::vector<std::byte>> flipped;  // what was sent in place of the right bytes

}  // namespace

extern "C" int MPI_Isend(const void* data, int count, MPI_Datatype type, int to, int tag, MPI_Comm communicator,
                         MPI_Request* request) {
  if (type == MPI_BYTE && count > 0 && sends_until_flip >= 0 && sends_until_flip-- == 0) {
    const auto* const bytes = static_cast<const std::byte*>(data);
    std::vector<std::byte>& copy = flipped.emplace_back(bytes, bytes + count);
    copy[copy.size() / 2] ^= std::byte{16};
    ++flips;
    data = copy.data();
  }
  return PMPI_Isend(data, count, type, to, tag, communicator, request);
}

namespace ringwood {

namespace {

constexpr std::size_t kElements = 1000;

/// What a call is told; its result is right, if there is one.
std::string told(Communicator& communicator, const std::string& algorithm, bool steps) {
  std::vector<int> data(kElements, communicator.rank() + 1);
  const int ranks = communicator.size();
  try {
    if (steps) {
      communicator.start().allreduce(std::span<int>(data), ReduceOperator::kSum, {.algorithm = algorithm}).wait();
    } else {
      communicator.allreduce(std::span<int>(data), ReduceOperator::kSum, {.algorithm = algorithm});
    }
  } catch (const Error& error) {
    return error.what();
  }
  EXPECT_EQ(data, std::vector<int>(kElements, ranks * (ranks + 1) / 2)) << algorithm;
  return "";
}

/// How many flips there were, and how many ranks were told of one.
struct Seen {
  int flips = 0;
  int told = 0;
};

Seen flip(const char* algorithm, Rank from, int message, bool steps) {
  const Environment over_mpi("RINGWOOD_SHARED_MEMORY", "0");
  const Environment timed("RINGWOOD_TIMEOUT", "0.3");
  const Environment checked("RINGWOOD_CHECKSUM", "1");
  Communicator communicator(checked.get());
  EXPECT_EQ(told(communicator, algorithm, steps), "");
  MPI_Barrier(MPI_COMM_WORLD);
  flips = 0;
  sends_until_flip = communicator.rank() == from ? message : -1;
  const std::string error = told(communicator, algorithm, steps);
  sends_until_flip = -1;
  const std::string words = "receiving from rank " + std::to_string(from) + ": of ";
  int counts[2] = {flips, error.find("the checksums differ") != std::string::npos ? 1 : 0};
  if (counts[1] != 0) {
    EXPECT_THAT(error, testing::HasSubstr(words));
  }
  MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  return {counts[0], counts[1]};
}

TEST(Checksum, a_flipped_bit_is_always_told) {
  int ranks = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  int all = 0;
  for (const char* algorithm : {"ring", "lanes(2, ring)", "recursive-doubling"}) {
    for (Rank from = 0; from < ranks; ++from) {
      for (const int message : {0, 1, 2}) {
        const bool steps = message == 2;
        const Seen seen = flip(algorithm, from, message, steps);
        EXPECT_EQ(seen.told, seen.flips) << algorithm << ", message " << message << " of rank " << from;
        all += seen.flips;
      }
    }
  }
  if (ranks > 1) {
    EXPECT_GE(all, 4 * ranks);
  }
  flipped.clear();
}

TEST(Checksum, results_are_right_and_nothing_is_left_to_the_mpi_library) {
  for (const char* shared_memory : {"0", "1"}) {
    const Environment memory("RINGWOOD_SHARED_MEMORY", shared_memory);
    const Environment checked("RINGWOOD_CHECKSUM", "1");
    Communicator communicator(checked.get());
    const Kind kind = sum_of<int>();
    for (const Collective collective : kAllCollectives) {
      for (const std::size_t elements : {3U, 5000U, 100'000U}) {
        const CollectiveCall call{.collective = collective,
                                  .elements = collective == Collective::kBarrier ? 0 : elements};
        MpiCase one(kind, call, communicator.rank(), communicator.size());
        one.run(communicator);
        EXPECT_NE(communicator.algorithm_for(one.call()), "native") << name_of(collective);
      }
    }
    for (const char* algorithm : {"", "ring", "lanes(2, ring)"}) {
      EXPECT_EQ(told(communicator, algorithm, true), "");
    }
  }
}

TEST(Checksum, other_values_are_refused) {
  const Environment wrong("RINGWOOD_CHECKSUM", "crc");
  Communicator communicator(wrong.get());
  EXPECT_THAT(told(communicator, "", false), testing::HasSubstr("RINGWOOD_CHECKSUM=crc: accepted are 0 and 1"));
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
