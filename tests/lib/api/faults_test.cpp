// What ranks that disagree, or never come, are told; and that shared memory can be left out.

#include <filesystem>

#include <gmock/gmock.h>

#include "tests/lib/api/environment.hpp"
#include "tests/lib/api/mpi_case.hpp"
#include "tests/lib/api/mpi_main.hpp"

namespace ringwood {

namespace {

std::string refusal(Communicator& communicator, std::size_t elements, ReduceOperator op, const char* algorithm = "") {
  std::vector<float> data(elements, 1.0F);
  try {
    communicator.allreduce(std::span<float>(data), op, {.algorithm = algorithm});
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Faults, ranks_that_disagree_are_told_both_values) {
  const Environment checked("RINGWOOD_CHECK", "1");
  Communicator communicator(checked.get());
  const bool last = communicator.rank() == communicator.size() - 1;
  if (communicator.size() < 2) {
    GTEST_SKIP() << "one rank agrees with itself";
  }
  using testing::HasSubstr;
  EXPECT_EQ(refusal(communicator, 10, ReduceOperator::kSum), "");
  const std::string sizes = refusal(communicator, last ? 20 : 10, ReduceOperator::kSum);
  EXPECT_THAT(sizes, HasSubstr("40 bytes"));
  EXPECT_THAT(sizes, HasSubstr("80 bytes"));
  EXPECT_THAT(refusal(communicator, 10, last ? ReduceOperator::kMaximum : ReduceOperator::kSum),
              HasSubstr("rank 0 has sum"));
  EXPECT_THAT(refusal(communicator, 10, ReduceOperator::kSum, last ? "ring" : "one-shot"), HasSubstr("\"ring\""));
  std::vector<float> data(10, 1.0F);
  try {
    if (last) {
      communicator.broadcast(std::span<float>(data), 0);
    } else {
      communicator.allreduce(std::span<float>(data), ReduceOperator::kSum);
    }
    ADD_FAILURE() << "another collective was not noticed";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("rank 0 has allreduce"));
  }
  // Nothing has moved, so that the communicator goes on.
  EXPECT_EQ(refusal(communicator, 10, ReduceOperator::kSum), "");
}

/// The seven ways in which one rank may ask for something else than the others.
CollectiveCall other_call(int way, const Reduction* reductions, CollectiveCall call) {
  switch (way) {
    case 0:
      call.collective = Collective::kAllgather;
      break;
    case 1:
      call.elements += 4;
      break;
    case 2:
      call.type = MPI_FLOAT;
      call.reduction = &reductions[1];
      break;
    case 3:
      call.op = MPI_MAX;
      call.reduction = &reductions[2];
      break;
    case 4:
      call.root = 1;
      break;
    case 5:
      call.algorithm = "one-shot";
      break;
    default:
      call.in_place = true;
      break;
  }
  return call;
}

// each way, at each rank; the message has both values, and nothing has moved.
TEST(Faults, any_rank_that_asks_for_something_else_is_found) {
  const Environment checked("RINGWOOD_CHECK", "1");
  Communicator communicator(checked.get());
  if (communicator.size() < 2) {
    GTEST_SKIP() << "one rank agrees with itself";
  }
  const Reduction reductions[] = {built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value(),
                                  built_in_reduction(ElementType::kFloat, ReduceOperator::kSum).value(),
                                  built_in_reduction(ElementType::kInt32, ReduceOperator::kMaximum).value()};
  std::vector<int> in(1000, 1);
  std::vector<int> out(1000, 7);
  const CollectiveCall usual{.send = in.data(),
                             .receive = out.data(),
                             .elements = 960,
                             .element_size = 4,
                             .reduction = reductions,
                             .type = MPI_INT,
                             .op = MPI_SUM,
                             .algorithm = "ring"};
  constexpr const char* kWords[] = {"collectives differ", "sizes differ", "types differ",  "operations differ",
                                    "roots differ",       "algorithms",   "buffers differ"};
  for (int way = 0; way < 7; ++way) {
    for (Rank odd = 0; odd < communicator.size(); ++odd) {
      std::string message;
      try {
        communicator.run(odd == communicator.rank() ? other_call(way, reductions, usual) : usual);
      } catch (const Error& error) {
        message = error.what();
      }
      EXPECT_THAT(message, testing::HasSubstr(kWords[way])) << "odd rank " << odd;
      EXPECT_THAT(message, testing::HasSubstr("rank 0 has"));
      EXPECT_EQ(out, std::vector<int>(1000, 7));
    }
  }
  communicator.run(usual);
  EXPECT_EQ(out.front(), communicator.size());
}

/// What the ranks are told of a call whose reduction is not for its elements at rank `odd`: only that rank can know.
std::string told_of_wrong_reduction(Communicator& communicator, Rank odd, std::size_t elements) {
  const Reduction right = built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value();
  const Reduction wrong = built_in_reduction(ElementType::kDouble, ReduceOperator::kSum).value();
  std::vector<int> data(elements, 1);
  try {
    communicator.run({.receive = data.data(),
                      .in_place = true,
                      .elements = elements,
                      .element_size = 4,
                      .reduction = communicator.rank() == odd ? &wrong : &right,
                      .type = MPI_INT,
                      .op = MPI_SUM,
                      .algorithm = "ring"});
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Faults, a_rank_that_fails_alone_while_it_prepares_a_compared_call_keeps_nobody_waiting) {
  const Environment checked("RINGWOOD_CHECK", "1");
  Communicator communicator(checked.get());
  for (Rank odd = 0; odd < communicator.size(); ++odd) {
    // Each time a call that nobody has prepared.
    const std::size_t elements = 10 + static_cast<std::size_t>(odd);
    const std::string told = told_of_wrong_reduction(communicator, odd, elements);
    EXPECT_THAT(told, testing::HasSubstr(communicator.rank() == odd ? "the reduction is for elements of 8 bytes"
                                                                    : "rank " + std::to_string(odd) + " has failed"));
  }
  EXPECT_EQ(told_of_wrong_reduction(communicator, -1, 10), "");
}

TEST(Faults, who_waits_to_compare_is_told_as_well_and_so_is_who_comes_too_late) {
  const Environment checked("RINGWOOD_CHECK", "1");
  const Environment timed("RINGWOOD_TIMEOUT", "0.3");
  Communicator communicator(timed.get());
  if (communicator.size() < 2) {
    GTEST_SKIP() << "one rank waits for nobody";
  }
  using testing::HasSubstr;
  EXPECT_EQ(refusal(communicator, 10, ReduceOperator::kSum), "");
  const bool last = communicator.rank() == communicator.size() - 1;
  if (!last) {
    const std::string what = refusal(communicator, 20, ReduceOperator::kSum);
    EXPECT_THAT(what, HasSubstr("no answer for 300 ms"));
    EXPECT_THAT(what, HasSubstr("not begun by rank " + std::to_string(communicator.size() - 1)));
    EXPECT_THAT(refusal(communicator, 20, ReduceOperator::kSum), HasSubstr("earlier call"));
  }
  MPI_Barrier(MPI_COMM_WORLD);
  if (last) {
    EXPECT_THAT(refusal(communicator, 20, ReduceOperator::kSum), HasSubstr("no answer for 300 ms"));
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

// Rank 0 waits to compare the second call while rank 1 waits for the first, which needs rank 0.
TEST(Faults, who_waits_to_compare_goes_on_with_what_is_under_way) {
  const Environment checked("RINGWOOD_CHECK", "1");
  Communicator communicator(checked.get());
  std::vector<int> first(1000, 1);
  std::vector<int> second(1000, 1);
  Request request = communicator.start().allreduce(std::span<int>(first), ReduceOperator::kSum, {.algorithm = "ring"});
  if (communicator.rank() != 0) {
    request.wait();
  }
  communicator.allreduce(std::span<int>(second), ReduceOperator::kSum);
  request.wait();
  EXPECT_EQ(first, std::vector<int>(1000, communicator.size()));
  EXPECT_EQ(second, first);
}

TEST(Faults, who_waits_in_vain_says_for_whom) {
  const Environment timed("RINGWOOD_TIMEOUT", "0.3");
  Communicator communicator(timed.get());
  if (communicator.size() < 2) {
    GTEST_SKIP() << "one rank waits for nobody";
  }
  EXPECT_EQ(refusal(communicator, 10, ReduceOperator::kSum), "");
  if (communicator.rank() != communicator.size() - 1) {
    const std::string what = refusal(communicator, 10, ReduceOperator::kSum, "one-shot");
    const std::string missing = "not begun by rank " + std::to_string(communicator.size() - 1);
    EXPECT_THAT(what, testing::HasSubstr(missing));
    EXPECT_THAT(what, testing::HasSubstr("waits for rank"));
    EXPECT_THAT(what, testing::HasSubstr("in call 2, round 0"));
    const std::string late = "; late: rank " + std::to_string(communicator.size() - 1) + ", whose last call was 1";
    EXPECT_THAT(what, testing::HasSubstr(late));
    EXPECT_THAT(refusal(communicator, 10, ReduceOperator::kSum), testing::HasSubstr("earlier call"));
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

TEST(Faults, who_waits_in_vain_for_the_first_call_is_told_and_so_is_who_comes_too_late) {
  const Environment timed("RINGWOOD_TIMEOUT", "0.3");
  Communicator communicator(timed.get());
  const Rank last = communicator.size() - 1;
  if (last < 1) {
    GTEST_SKIP() << "one rank waits for nobody";
  }
  using testing::HasSubstr;
  const auto says = [](const std::string& rank, const std::string& what) {
    return HasSubstr("no answer for 300 ms from rank" + rank + ", who " + what + " the first call");
  };
  if (communicator.rank() != last) {
    EXPECT_THAT(refusal(communicator, 10, ReduceOperator::kSum), says(' ' + std::to_string(last), "did not begin"));
    EXPECT_THAT(refusal(communicator, 10, ReduceOperator::kSum), HasSubstr("a rank did not come to the first call"));
  }
  MPI_Barrier(MPI_COMM_WORLD);
  if (communicator.rank() == last) {
    std::string others = last == 1 ? " 0" : "s 0";
    for (Rank rank = 1; rank < last; ++rank) {
      others += ", " + std::to_string(rank);
    }
    EXPECT_THAT(refusal(communicator, 10, ReduceOperator::kSum), says(others, "gave up"));
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

// Rank 1 has sent what it had to for the first call, and waits in the second for a rank that still waits in the first.
TEST(Faults, who_is_late_is_found_behind_ranks_that_wait_in_an_earlier_call) {
  const Environment timed("RINGWOOD_TIMEOUT", "0.3");
  Communicator communicator(timed.get());
  const Rank last = communicator.size() - 1;
  if (last < 2) {
    GTEST_SKIP() << "rank 1 has to be another one";
  }
  EXPECT_EQ(refusal(communicator, 10, ReduceOperator::kSum), "");
  std::string what;
  if (communicator.rank() != last) {
    std::vector<int> own(10, 1);
    std::vector<int> all(10 * static_cast<std::size_t>(communicator.size()));
    try {
      communicator.gather(std::span<const int>(own), std::span<int>(all), 0, {.algorithm = "binomial"});
      communicator.broadcast(std::span<int>(own), 0, {.algorithm = "binomial"});
    } catch (const Error& error) {
      what = error.what();
    }
  }
  if (communicator.rank() == 1) {
    EXPECT_THAT(what, testing::HasSubstr("waits for rank 0 in call 3"));
    EXPECT_THAT(what, testing::HasSubstr("; late: rank " + std::to_string(last)));
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

TEST(Faults, over_mpi_as_well) {
  const Environment without("RINGWOOD_SHARED_MEMORY", "0");
  for (const char* algorithm : {"one-shot", "lanes(2, ring)"}) {
    const Environment timed("RINGWOOD_TIMEOUT", "0.3");
    Communicator communicator(timed.get());
    if (communicator.size() < 2) {
      GTEST_SKIP() << "one rank waits for nobody";
    }
    EXPECT_EQ(refusal(communicator, 10, ReduceOperator::kSum), "");
    if (communicator.rank() != communicator.size() - 1) {
      const std::string what = refusal(communicator, 10, ReduceOperator::kSum, algorithm);
      EXPECT_THAT(what, testing::HasSubstr("no answer for 300 ms from rank "));
    }
    MPI_Barrier(MPI_COMM_WORLD);
  }
}

TEST(Faults, without_shared_memory_all_is_the_same) {
  const Environment without("RINGWOOD_SHARED_MEMORY", "0");
  Communicator communicator(without.get());
  for (const std::size_t elements : {0U, 1U, 1000U, 100000U}) {
    std::vector<int> data(elements, communicator.rank());
    communicator.allreduce(std::span<int>(data), ReduceOperator::kSum);
    const int ranks = communicator.size();
    EXPECT_EQ(data, std::vector<int>(elements, ranks * (ranks - 1) / 2));
  }
}

TEST(Faults, settings_that_mean_nothing_are_refused) {
  const Environment wrong("RINGWOOD_TIMEOUT", "soon");
  Communicator communicator(wrong.get());
  EXPECT_THAT(refusal(communicator, 1, ReduceOperator::kSum), testing::HasSubstr("RINGWOOD_TIMEOUT=soon"));
}

TEST(Faults, segments_have_no_names) {
  Communicator communicator(MPI_COMM_WORLD);
  std::vector<int> data(1000, 1);
  communicator.allreduce(std::span<int>(data), ReduceOperator::kSum);
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
    EXPECT_EQ(entry.path().string().find("ringwood"), std::string::npos) << entry.path();
  }
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
