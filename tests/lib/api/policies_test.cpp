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
