// Every allreduce of the catalogue over MPI gives the sum on every rank.

#include "ringwood/mpi/communicator.hpp"

#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood {

namespace {

TEST(Communicator, allreduce_by_every_algorithm) {
  Communicator world(MPI_COMM_WORLD);
  const int ranks = world.size();
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (algorithm->collective != Collective::kAllreduce || !why_not(*algorithm, {.ranks = ranks}).empty()) {
      continue;
    }
    for (const std::size_t count : {0, 1, 3, 1000}) {
      std::vector<int> data(count, world.rank() + 1);
      world.allreduce(std::span<int>(data), ReduceOperator::kSum, {.algorithm = std::string(algorithm->name)});
      EXPECT_EQ(data, std::vector<int>(count, ranks * (ranks + 1) / 2)) << algorithm->name;
    }
  }
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  testing::InitGoogleTest(&argc, argv);
  int failed = RUN_ALL_TESTS();
  MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  MPI_Finalize();
  return failed;
}
