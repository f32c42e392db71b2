// Calls that are started and waited for later, and plans: right results whatever is under way beside them and in
// whatever order ranks wait; what is refused; and what becomes of requests that nobody waits for.

#include "tests/lib/api/mpi_case.hpp"
#include "tests/lib/api/mpi_main.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <functional>
#include <numeric>
#include <optional>
#include <random>

#include "algorithms/catalogue.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood {

namespace {

/// A communicator of the user's, with the same ranks.
class Duplicate {
 public:
  Duplicate() { MPI_Comm_dup(MPI_COMM_WORLD, &handle_); }

  ~Duplicate() {
    if (handle_ != MPI_COMM_NULL) {
      MPI_Comm_free(&handle_);
    }
  }

  Duplicate(const Duplicate&) = delete;
  Duplicate& operator=(const Duplicate&) = delete;

  [[nodiscard]] MPI_Comm get() const { return handle_; }

  void free() { MPI_Comm_free(&handle_); }

 private:
  MPI_Comm handle_ = MPI_COMM_NULL;
};

class Nonblocking : public testing::Test {
 protected:
  [[nodiscard]] std::size_t ranks() const { return static_cast<std::size_t>(world_.size()); }

  [[nodiscard]] int sum_of_ranks() const { return world_.size() * (world_.size() - 1) / 2; }

  /// Seeded by rank: ranks do things in different orders.
  std::mt19937& own_order() { return random_; }

  Communicator world_{MPI_COMM_WORLD};
  Kind integers_ = sum_of<std::int32_t>();
  Kind matrices_ = matrix_product();
  std::mt19937 random_{static_cast<unsigned>(world_.rank()) * 7919U + 1};
};

TEST_F(Nonblocking, every_algorithm_started_and_planned) {
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (!why_not(*algorithm, {.ranks = world_.size()}).empty()) {
      continue;
    }
    const Kind& kind = algorithm->needs.commutative ? integers_ : matrices_;
    for (const std::size_t elements : {std::size_t{0}, ranks() + 1, std::size_t{ranks() > 4 ? 2000U : 30'000U}}) {
      const CollectiveCall call{.collective = algorithm->collective,
                                .in_place = elements % 2 == 0,
                                .elements = elements,
                                .root = world_.size() / 2,
                                .algorithm = algorithm->name};
      MpiCase started(kind, call, world_.rank(), world_.size());
      Request request = world_.start(started.call());
      EXPECT_EQ(request.algorithm(), algorithm->name);
      request.wait();
      started.check();
      MpiCase planned(kind, call, world_.rank(), world_.size());
      CollectivePlan plan = world_.plan(planned.call(), planned.sizes());
      for (int times = 0; times < 2; ++times) {
        planned.refill();
        plan.start();
        plan.wait();
        planned.check();
      }
    }
  }
}

TEST_F(Nonblocking, the_library_itself_in_steps) {
  for (const Collective collective : kAllCollectives) {
    for (const std::size_t elements : {std::size_t{0}, std::size_t{1}, 3 * ranks() * ranks(), std::size_t{1001}}) {
      const CollectiveCall call{.collective = collective, .elements = elements, .algorithm = "native"};
      MpiCase native(integers_, call, world_.rank(), world_.size());
      Request request = world_.start(native.call());
      while (!request.test()) {
      }
      native.check();
    }
  }
}

TEST_F(Nonblocking, many_at_once_among_blocking_calls) {
  const std::vector<std::string> algorithms{"", "ring", "recursive-doubling", "lanes(3, ring)", "native", "one-shot"};
  std::deque<MpiCase> cases;
  std::vector<Request> requests;
  for (std::size_t index = 0; index < 64; ++index) {
    const CollectiveCall call{.elements = index * 37 % 500 + (index % 16 == 0 ? 40'000 : 0),
                              .algorithm = algorithms[index % algorithms.size()]};
    cases.emplace_back(integers_, call, world_.rank(), world_.size());
    requests.push_back(world_.start(cases.back().call()));
    if (index % 9 == 8) {
      MpiCase(integers_, {.elements = index * 100}, world_.rank(), world_.size()).run(world_);
    }
  }
  std::vector<std::size_t> order(requests.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), own_order());
  for (const std::size_t index : order) {
    requests[index].wait();
    EXPECT_FALSE(requests[index].is_active());
    cases[index].check();
  }
}

// There are blocks of tags for 128 of them.
TEST_F(Nonblocking, more_at_once_than_there_are_tags) {
  constexpr std::size_t kMany = 400;
  std::vector<int> data(kMany, world_.rank());
  Group group;
  for (std::size_t index = 0; index < kMany; ++index) {
    data[index] += static_cast<int>(index);
    group.add(world_.start().allreduce(std::span(data).subspan(index, 1), ReduceOperator::kSum,
                                       {.algorithm = "recursive-doubling"}));
  }
  EXPECT_EQ(group.size(), kMany);
  group.wait();
  for (std::size_t index = 0; index < kMany; ++index) {
    EXPECT_EQ(data[index], sum_of_ranks() + static_cast<int>(index) * world_.size());
  }
}

// Rank 0 waits in a blocking call, the others for what was started before: it has to go on with that as well.
TEST_F(Nonblocking, whoever_waits_goes_on_with_everything) {
  for (const bool memory : {true, false}) {
    setenv("RINGWOOD_SHARED_MEMORY", memory ? "1" : "0", 1);
    const Duplicate first;
    const Duplicate second;
    Communicator one(first.get());
    Communicator two(second.get());
    // What the first call of a communicator makes is made inside MPI, where nothing goes on.
    one.barrier();
    two.barrier();
    for (const char* algorithm : {"ring", "lanes(2, ring)"}) {
      std::vector<int> a(20'000, world_.rank());
      std::vector<int> b(20'000, world_.rank());
      Request started = one.start().allreduce(std::span(a), ReduceOperator::kSum, {.algorithm = algorithm});
      const auto blocking = [&] { two.allreduce(std::span(b), ReduceOperator::kSum, {.algorithm = algorithm}); };
      if (world_.rank() == 0) {
        blocking();
        started.wait();
      } else {
        started.wait();
        blocking();
      }
      EXPECT_EQ(a.back(), sum_of_ranks());
      EXPECT_EQ(b.back(), sum_of_ranks());
    }
  }
  unsetenv("RINGWOOD_SHARED_MEMORY");
}

TEST_F(Nonblocking, plans_in_any_order_on_other_buffers) {
  constexpr std::size_t kPlans = 9;
  constexpr std::size_t kElements = 700;
  std::vector<std::vector<int>> in(kPlans, std::vector<int>(kElements));
  std::vector<std::vector<int>> out(kPlans, std::vector<int>(kElements));
  std::vector<CollectivePlan> plans;
  for (std::size_t index = 0; index < kPlans; ++index) {
    plans.push_back(world_.plan().allreduce(std::span<const int>(in[index]), std::span(out[index]),
                                            ReduceOperator::kSum,
                                            {.algorithm = index % 2 == 0 ? "lanes(2, ring)" : "ring"}));
    EXPECT_FALSE(plans.back().is_active());
    EXPECT_TRUE(plans.back().test());
  }
  std::vector<std::size_t> order(kPlans);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (int turn = 0; turn < 5; ++turn) {
    std::shuffle(order.begin(), order.end(), own_order());
    for (const std::size_t index : order) {
      // What is read is what is there now.
      std::ranges::fill(in[index], world_.rank() + turn + static_cast<int>(index));
      plans[index].start(std::span<const int>(in[index]), std::span(out[index]));
    }
    std::shuffle(order.begin(), order.end(), own_order());
    for (const std::size_t index : order) {
      plans[index].wait();
      EXPECT_EQ(out[index],
                std::vector<int>(kElements, sum_of_ranks() + world_.size() * (turn + static_cast<int>(index))));
    }
  }
  start_all(plans);
  wait_all(plans);
}

TEST_F(Nonblocking, plans_of_other_collectives) {
  std::vector<int> all(3 * ranks(), -1);
  std::vector<int> own(3, world_.rank());
  CollectivePlan allgather = world_.plan().allgather(std::span<const int>(own), std::span(all));
  CollectivePlan scatter =
      world_.plan().reduce_scatter(std::span<const int>(all), std::span(own), ReduceOperator::kMaximum);
  CollectivePlan barrier = world_.plan().barrier();
  for (int turn = 0; turn < 3; ++turn) {
    std::ranges::fill(own, world_.rank() + turn);
    allgather.start();
    allgather.wait();
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(all[i], static_cast<int>(i / 3) + turn);
    }
    barrier.start();
    scatter.start();
    wait_all(std::span(&barrier, 1));
    scatter.wait();
    EXPECT_EQ(own, std::vector<int>(3, world_.rank() + turn));
  }
}

TEST_F(Nonblocking, a_lambda_is_kept_and_order_holds) {
  const std::vector<int> in(50, world_.rank());
  std::vector<int> out(50);
  Request request;
  {
    const int expected = 1;
    const std::vector<int> captured(3, expected);
    // Not commutative: the result is the last rank, if every step sees the lower ranks on its left.
    request = world_.start().allreduce(std::span<const int>(in), std::span(out),
                                       [captured](int left, int right) { return left < right ? right : -captured[0]; });
  }
  request.wait();
  EXPECT_EQ(out, std::vector<int>(50, world_.size() - 1));
}

TEST_F(Nonblocking, requests_that_nobody_waits_for_end_by_themselves) {
  std::vector<int> data(5000, world_.rank());
  std::vector<int> other(5000, world_.rank());
  {
    Request dropped = world_.start().allreduce(std::span(data), ReduceOperator::kSum);
    Request moved = std::move(dropped);
    EXPECT_FALSE(dropped.is_active());  // NOLINT(bugprone-use-after-move): says what is left
    moved = world_.start().allreduce(std::span(other), ReduceOperator::kSum);
    EXPECT_EQ(data.back(), sum_of_ranks());
  }
  EXPECT_EQ(other.back(), sum_of_ranks());
  Request nothing;
  EXPECT_TRUE(nothing.test());
  nothing.wait();
}

TEST_F(Nonblocking, the_communicator_may_be_freed_before_its_operations_end) {
  Duplicate users;
  std::optional<Communicator> ours(users.get());
  std::vector<int> data(40'000, world_.rank());
  Request request = ours->start().allreduce(std::span(data), ReduceOperator::kSum, {.algorithm = "ring"});
  users.free();
  EXPECT_THROW((void)ours->start().barrier(), Error);
  ours.reset();
  request.wait();
  EXPECT_EQ(data, std::vector<int>(40'000, sum_of_ranks()));
}

std::string refusal(const std::function<void()>& attempt) {
  try {
    attempt();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage) << error.what();
    return error.what();
  }
  return "";
}

TEST_F(Nonblocking, mistakes_are_refused_and_leave_it_usable) {
  using testing::HasSubstr;
  std::vector<int> in(8, 1);
  std::vector<int> out(8);
  CollectivePlan plan = world_.plan().allreduce(std::span<const int>(in), std::span(out), ReduceOperator::kSum);
  plan.start();
  const bool ended = plan.test();
  if (!ended) {
    EXPECT_THAT(refusal([&] { plan.start(); }), HasSubstr("under way"));
  }
  plan.wait();
  const std::string sizes = refusal([&] { plan.start(std::span<const int>(in).first(4), std::span(out).first(4)); });
  EXPECT_THAT(sizes, testing::AllOf(HasSubstr("32 bytes to send"), HasSubstr("16 bytes to send")));
  EXPECT_THAT(refusal([&] { CollectivePlan().start(); }), HasSubstr("nothing"));
  EXPECT_THAT(
      refusal([&] { (void)world_.start().allreduce(std::span(out), ReduceOperator::kSum, {.algorithm = "rong"}); }),
      HasSubstr("rong"));
  EXPECT_THAT(refusal([&] {
                (void)world_.start().allreduce(std::span(out), ReduceOperator::kSum, {.algorithm = "lanes(100, ring)"});
              }),
              HasSubstr("lanes"));
  EXPECT_THAT(refusal([&] {
                (void)world_.start({.receive = nullptr,
                                    .in_place = true,
                                    .elements = 1,
                                    .element_size = 4,
                                    .reduction = &integers_.reduction});
              }),
              HasSubstr("null pointer"));
  plan.start();
  plan.wait();
  EXPECT_EQ(out, std::vector<int>(8, world_.size()));
}

// The last one here, since the thread stays. Rank 0 waits in MPI for a message that comes only after the others have
// the result.
TEST_F(Nonblocking, a_thread_goes_on_while_the_process_is_in_mpi) {
  setenv("RINGWOOD_PROGRESS", "1", 1);
  const Duplicate users;
  Communicator ours(users.get());
  int word = 0;
  std::vector<int> data(20'000, world_.rank());
  Request request = ours.start().allreduce(std::span(data), ReduceOperator::kSum, {.algorithm = "ring"});
  if (world_.rank() == 0) {
    for (Rank rank = 1; rank < world_.size(); ++rank) {
      MPI_Recv(&word, 1, MPI_INT, rank, 3, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
  }
  request.wait();
  EXPECT_EQ(data, std::vector<int>(20'000, sum_of_ranks()));
  if (world_.rank() != 0) {
    MPI_Send(&word, 1, MPI_INT, 0, 3, MPI_COMM_WORLD);
  }
  unsetenv("RINGWOOD_PROGRESS");
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
