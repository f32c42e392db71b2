// The messages that travel over MPI are those that the programs name.

#include "ringwood/mpi/communicator.hpp"

#include "tests/agreement/logs.hpp"
#include "tests/lib/api/mpi_main.hpp"

namespace ringwood {

namespace {

/// All ranks' logs on every rank, sorted.
MessageLog all_messages(const MessageLog& own) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const auto bytes = static_cast<int>(own.size() * sizeof(Message));
  std::vector<int> counts(static_cast<std::size_t>(ranks));
  MPI_Allgather(&bytes, 1, MPI_INT, counts.data(), 1, MPI_INT, MPI_COMM_WORLD);
  std::vector<int> starts;
  int total = 0;
  for (const int count : counts) {
    starts.push_back(total);
    total += count;
  }
  MessageLog all(static_cast<std::size_t>(total) / sizeof(Message));
  MPI_Allgatherv(own.data(), bytes, MPI_BYTE, all.data(), counts.data(), starts.data(), MPI_BYTE, MPI_COMM_WORLD);
  sort_messages(all);
  return all;
}

TEST(Agreement, messages_over_mpi) {
  Communicator world(MPI_COMM_WORLD);
  const Rank ranks = world.size();
  const Placement placement = pairs(ranks);
  world.place(placement);
  const Schedule::Request request{.ranks = ranks, .root = ranks / 2, .placement = &placement};
  const Reduction sum = built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value();
  for (const Named& named : everything()) {
    if (!can_do(named, request)) {
      continue;
    }
    const Schedule schedule(built_in_library(), named.collective, parse_expression(named.expression), request);
    for (const Bytes elements : sizes_for(ranks)) {
      // As large as any rank's part of any collective.
      std::vector<std::int32_t> send(static_cast<std::size_t>(elements) + 1);
      std::vector<std::int32_t> receive(send.size());
      MessageLog log;
      const bool barrier = named.collective == Collective::kBarrier;
      const Layout layout = barrier ? equal_layout(schedule, 1, sizeof(std::int32_t))
                                    : equal_layout(schedule, elements, sizeof(std::int32_t));
      world.run({.collective = named.collective,
                 .send = send.data(),
                 .receive = receive.data(),
                 .elements = static_cast<std::size_t>(elements),
                 .element_size = sizeof(std::int32_t),
                 .root = request.root,
                 .reduction = &sum,
                 .algorithm = named.expression,
                 .log = &log});
      EXPECT_EQ(all_messages(log), messages_of_programs(schedule, layout))
          << schedule.name() << ", " << elements << " elements";
    }
  }
  world.place(Placement({{.name = "node", .group_of = std::vector<Rank>(static_cast<std::size_t>(ranks))}}));
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
