// What a call may ask of the way in which it is done: the choice keeps to it, names that cannot are refused, and who
// waits in vain is told.

#include <gmock/gmock.h>

#include <chrono>
#include <functional>

#include "ringwood/catalogue.hpp"
#include "ringwood/schedule.hpp"
#include "ringwood/verify.hpp"
#include "tests/lib/api/mpi_case.hpp"
#include "tests/lib/api/mpi_main.hpp"

namespace ringwood {

namespace {

using testing::HasSubstr;

CallOptions with(std::string algorithm, Policies policies) {
  return {.algorithm = std::move(algorithm), .policies = policies};
}

std::string failure(Communicator& communicator, const CallOptions& options, ErrorKind kind = ErrorKind::kUsage) {
  std::vector<int> data(1000, communicator.rank());
  try {
    communicator.allreduce(std::span(data), ReduceOperator::kSum, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  EXPECT_EQ(data, std::vector<int>(1000, communicator.size() * (communicator.size() - 1) / 2));
  return "";
}

TEST(Policies, the_choice_is_as_reproducible_as_is_demanded) {
  Communicator world(MPI_COMM_WORLD);
  const Kind kind = sum_of<std::int32_t>();
  for (int level = 1; level <= 5; ++level) {
    const CollectiveCall call{.in_place = true,
                              .elements = 1000,
                              .element_size = 4,
                              .reduction = &kind.reduction,
                              .policies = {.reproducibility = level}};
    const std::string chosen = world.algorithm_for(call);
    const Schedule schedule(built_in_library(), Collective::kAllreduce, parse_expression(chosen),
                            {.ranks = world.size()});
    EXPECT_GE(verify(schedule).reproducibility, level) << chosen;
    EXPECT_EQ(failure(world, with("", {.reproducibility = level})), "");
  }
}

TEST(Policies, names_that_cannot_keep_to_them_are_refused) {
  Communicator world(MPI_COMM_WORLD);
  EXPECT_THAT(failure(world, with("native", {.reproducibility = 1})), HasSubstr("native"));
  EXPECT_THAT(failure(world, with("", {.reproducibility = 6})), HasSubstr("0 to 5"));
  EXPECT_EQ(failure(world, with("recursive-doubling", {.scratch = 1 << 20})), "");
  if (world.size() > 2) {
    EXPECT_THAT(failure(world, with("ring", {.reproducibility = 5})), HasSubstr("reproducibility"));
  }
  if (world.size() > 1) {
    EXPECT_THAT(failure(world, with("recursive-doubling", {.scratch = 0})), HasSubstr("scratch"));
  }
  EXPECT_EQ(failure(world, {}), "");
}

// The root alone is in place, in every other call: it has to prepare what the others have prepared already.
TEST(Policies, with_a_limit_of_memory_ranks_that_know_a_call_wait_for_those_that_do_not) {
  Communicator world(MPI_COMM_WORLD);
  const auto ranks = static_cast<std::size_t>(world.size());
  for (int turn = 0; turn < 4; ++turn) {
    for (Rank root = 0; root < world.size(); ++root) {
      std::vector<int> own(10, world.rank());
      std::vector<int> all(10 * ranks, world.rank());
      const bool in_place = turn % 2 == 1 && world.rank() == root;
      world.run({.collective = Collective::kGather,
                 .send = own.data(),
                 .receive = all.data(),
                 .in_place = in_place,
                 .elements = 10 * ranks,
                 .element_size = 4,
                 .root = root,
                 .policies = {.scratch = 1 << 20}});
      for (std::size_t i = 0; world.rank() == root && i < all.size(); ++i) {
        ASSERT_EQ(all[i], static_cast<int>(i / 10)) << "root " << root << ", turn " << turn;
      }
    }
  }
}

TEST(Policies, ranks_with_other_limits_are_told_where_they_are_compared) {
  ::setenv("RINGWOOD_CHECK", "1", 1);
  MPI_Comm users = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &users);
  Communicator ours(users);
  const Bytes odd = ours.rank() == ours.size() - 1 ? 1 << 21 : 1 << 20;
  const std::string what = failure(ours, with("ring", {.scratch = odd}));
  if (ours.size() > 1) {
    EXPECT_THAT(what, HasSubstr("limits of scratch memory differ: rank 0 has 1048576 bytes"));
  }
  ::unsetenv("RINGWOOD_CHECK");
  MPI_Comm_free(&users);
}

TEST(Policies, who_waits_longer_than_allowed_is_told_where) {
  MPI_Comm users = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &users);
  Communicator ours(users);
  const CallOptions impatient = with("ring", {.timeout = std::chrono::milliseconds(300)});
  const CallOptions patient = with("ring", {.timeout = std::chrono::minutes(1)});
  EXPECT_EQ(failure(ours, patient), "");
  if (ours.size() > 1 && ours.rank() != ours.size() - 1) {
    const std::string what = failure(ours, impatient, ErrorKind::kSystem);
    EXPECT_THAT(what, HasSubstr("no answer for 300 ms"));
    EXPECT_THAT(what, HasSubstr("round"));
    EXPECT_THAT(failure(ours, patient, ErrorKind::kSystem), HasSubstr("earlier call"));
  }
  MPI_Barrier(MPI_COMM_WORLD);
  MPI_Comm_free(&users);
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
