// What Communicator promises besides right results: no interference with the user's messages and attributes, errors
// that leave it usable, and its end.

#include "ringwood/mpi/communicator.hpp"

#include "tests/lib/api/mpi_main.hpp"

#include <numeric>
#include <optional>

namespace ringwood {

namespace {

std::string message_of(Communicator& communicator, const CollectiveCall& call) {
  try {
    communicator.run(call);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage) << error.what();
    return error.what();
  }
  return "";
}

/// One small allreduce has to be right.
void expect_works(Communicator& communicator) {
  const int ranks = communicator.size();
  std::vector<int> data(5, communicator.rank() + 1);
  communicator.allreduce(std::span<int>(data), ReduceOperator::kSum, {.algorithm = "ring"});
  EXPECT_EQ(data, std::vector<int>(5, ranks * (ranks + 1) / 2));
}

TEST(Communicator, typed_calls) {
  Communicator world(MPI_COMM_WORLD);
  const auto ranks = static_cast<std::size_t>(world.size());
  const std::vector<double> in(ranks, 1.0 + world.rank());
  std::vector<double> out(ranks);
  const double sum = static_cast<double>(ranks * (ranks + 1)) / 2;
  world.allreduce(std::span<const double>(in), std::span(out), ReduceOperator::kSum);
  EXPECT_EQ(out, std::vector<double>(ranks, sum));
  std::vector<double> own(1);
  world.reduce_scatter(std::span<const double>(in), std::span(own), ReduceOperator::kSum);
  EXPECT_EQ(own[0], sum);
  world.allgather(std::span<const double>(in).first(1), std::span(out));
  std::vector<double> ascending(ranks);
  std::iota(ascending.begin(), ascending.end(), 1.0);
  EXPECT_EQ(out, ascending);
  world.broadcast(std::span(out).first(1), world.size() - 1);
  EXPECT_EQ(out[0], 1.0);
  const auto larger = [](const double& a, const double& b) { return a > b ? a : b; };
  world.allreduce(std::span<const double>(in), std::span(out), larger, {.commutative = true});
  EXPECT_EQ(out, std::vector<double>(ranks, static_cast<double>(ranks)));
}

TEST(Communicator, wildcard_receives_of_the_user_see_nothing_of_it) {
  MPI_Comm users = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &users);
  Communicator ours(users);
  int caught = -1;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Irecv(&caught, 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, users, &request);
  for (const char* algorithm : {"ring", "recursive-doubling", "lanes(2, ring)", "native"}) {
    std::vector<int> data(100, 1);
    ours.allreduce(std::span<int>(data), ReduceOperator::kSum, {.algorithm = algorithm});
    EXPECT_EQ(data, std::vector<int>(100, ours.size()));
  }
  const int next = (ours.rank() + 1) % ours.size();
  const int word = 4711;
  MPI_Send(&word, 1, MPI_INT, next, 0, users);
  MPI_Wait(&request, MPI_STATUS_IGNORE);
  EXPECT_EQ(caught, 4711);
  MPI_Comm_free(&users);
}

int count_copies(MPI_Comm, int, void* state, void* in, void* out, int* keep) {
  ++*static_cast<int*>(state);
  *static_cast<void**>(out) = in;
  *keep = 1;
  return MPI_SUCCESS;
}

TEST(Communicator, attributes_of_the_user_are_not_copied) {
  MPI_Comm users = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &users);
  int copies = 0;
  int key = MPI_KEYVAL_INVALID;
  MPI_Comm_create_keyval(count_copies, MPI_COMM_NULL_DELETE_FN, &key, &copies);
  MPI_Comm_set_attr(users, key, &copies);
  Communicator ours(users);
  expect_works(ours);
  EXPECT_EQ(copies, 0);
  MPI_Comm_free_keyval(&key);
  MPI_Comm_free(&users);
}

TEST(Communicator, mistakes_leave_it_usable) {
  Communicator world(MPI_COMM_WORLD);
  std::vector<int> data(8);
  const std::vector<std::size_t> counts(static_cast<std::size_t>(world.size()) + 1, 1);
  const auto reduction = built_in_reduction(ElementType::kInt32, ReduceOperator::kSum);
  CollectiveCall call{.receive = data.data(),
                      .in_place = true,
                      .elements = data.size(),
                      .element_size = sizeof(int),
                      .reduction = &*reduction};
  const auto with = [&](auto change) {
    CollectiveCall changed = call;
    change(changed);
    const std::string message = message_of(world, changed);
    expect_works(world);
    return message;
  };
  EXPECT_NE(with([](CollectiveCall& c) { c.algorithm = "rong"; }).find("rong"), std::string::npos);
  EXPECT_NE(with([](CollectiveCall& c) { c.algorithm = "lanes(2, ring"; }), "");
  EXPECT_NE(with([](CollectiveCall& c) { c.root = 99; }).find("99"), std::string::npos);
  EXPECT_NE(with([&](CollectiveCall& c) { c.counts = counts; }).find("takes no counts"), std::string::npos);
  EXPECT_NE(with([&](CollectiveCall& c) {
              c.collective = Collective::kReduceScatter;
              c.counts = counts;
            }).find("counts for"),
            std::string::npos);
  EXPECT_NE(with([&](CollectiveCall& c) {
              c.collective = Collective::kReduceScatter;
              c.counts = std::span(counts).first(counts.size() - 1);
              c.elements = 1000;
            }).find("1000"),
            std::string::npos);
  EXPECT_NE(with([](CollectiveCall& c) { c.element_size = 0; }), "");
  EXPECT_NE(with([](CollectiveCall& c) { c.reduction = nullptr; }).find("reduction"), std::string::npos);
  EXPECT_NE(with([](CollectiveCall& c) { c.receive = nullptr; }).find("null pointer"), std::string::npos);
  EXPECT_NE(with([](CollectiveCall& c) { c.algorithm = "native"; }).find("native"), std::string::npos);
  EXPECT_NE(with([](CollectiveCall& c) { c.elements = std::size_t{1} << 62U; }), "");
}

TEST(Communicator, ends_with_the_communicator_of_the_user) {
  MPI_Comm users = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &users);
  std::optional<Communicator> first(users);
  expect_works(*first);
  Communicator second(users);
  expect_works(second);
  first.reset();
  expect_works(second);
  MPI_Comm_free(&users);
  int value = 0;
  EXPECT_NE(message_of(second, {.collective = Collective::kBroadcast, .receive = &value, .elements = 1}).find("freed"),
            std::string::npos);
}

TEST(Communicator, leaves_the_level_of_threads_as_it_is) {
  int before = 0;
  int after = 0;
  MPI_Comm users = MPI_COMM_NULL;
  MPI_Query_thread(&before);
  MPI_Comm_dup(MPI_COMM_WORLD, &users);
  Communicator ours(users);
  expect_works(ours);
  MPI_Query_thread(&after);
  EXPECT_EQ(after, before);
  EXPECT_EQ(after, MPI_THREAD_MULTIPLE);
  MPI_Comm_free(&users);
}

TEST(Communicator, many_communicators_one_after_the_other) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const int times = ranks <= 2 ? 50 : 5;  // MPICH takes 0.1 s for each where ranks share cores
  for (int i = 0; i < times; ++i) {
    MPI_Comm users = MPI_COMM_NULL;
    MPI_Comm_dup(MPI_COMM_WORLD, &users);
    Communicator ours(users);
    expect_works(ours);
    MPI_Comm_free(&users);
  }
}

TEST(Communicator, refuses_what_is_no_intracommunicator) {
  EXPECT_THROW(Communicator{MPI_COMM_NULL}, Error);
  int ranks = 0;
  int rank = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (ranks < 2) {
    GTEST_SKIP() << "an intercommunicator takes two ranks";
  }
  MPI_Comm half = MPI_COMM_NULL;
  MPI_Comm between = MPI_COMM_NULL;
  MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &half);
  MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, 1 - rank % 2, 1, &between);
  EXPECT_THROW(Communicator{between}, Error);
  MPI_Comm_free(&between);
  MPI_Comm_free(&half);
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
