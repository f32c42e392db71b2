// One schedule, several interpreters, the same messages: programs alone, threads, and both engines of the simulator.

#include <gtest/gtest.h>

#include "ringwood/threads.hpp"
#include "ringwood/verify.hpp"
#include "schedule/plan.hpp"
#include "tests/agreement/logs.hpp"
#include "tests/sim/machines.hpp"

namespace ringwood {

namespace {

MessageLog messages_of_threads(const Schedule& schedule, const Layout& layout) {
  const auto ranks = static_cast<std::size_t>(schedule.ranks());
  std::vector<std::vector<std::byte>> send(ranks);
  std::vector<std::vector<std::byte>> receive(ranks);
  std::vector<RankBuffers> buffers;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    const Plan plan = compile(schedule, layout, static_cast<Rank>(rank));
    send[rank].resize(static_cast<std::size_t>(plan.send_bytes()));
    receive[rank].resize(static_cast<std::size_t>(plan.receive_bytes()));
    buffers.push_back({send[rank], receive[rank]});
  }
  const Reduction sum = built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value();
  const ThreadsReport report = run_on_threads(schedule, layout, &sum, buffers, {.log = true});
  EXPECT_TRUE(report.ok) << schedule.name() << ": " << report.error;
  return report.messages;
}

MessageLog messages_of_simulator(const Schedule& schedule, const Layout& layout, Engine engine) {
  MessageLog log;
  (void)simulate(schedule, layout, test_machine(schedule.ranks()), one_rank_per_host(schedule.ranks()),
                 {.engine = engine, .log = &log});
  sort_messages(log);
  return log;
}

class Agreement : public testing::TestWithParam<Rank> {};

TEST_P(Agreement, all_see_the_same_messages) {
  const Rank ranks = GetParam();
  const Placement placement = pairs(ranks);
  const Schedule::Request request{.ranks = ranks, .root = ranks / 2, .placement = &placement};
  int compared = 0;
  for (const Named& named : everything()) {
    if (!can_do(named, request)) {
      continue;
    }
    const Schedule schedule(built_in_library(), named.collective, parse_expression(named.expression), request);
    for (const Bytes elements : sizes_for(ranks)) {
      const Layout layout = equal_layout(schedule, elements, sizeof(std::int32_t));
      const MessageLog expected = messages_of_programs(schedule, layout);
      ASSERT_EQ(messages_of_threads(schedule, layout), expected) << schedule.name() << ", " << elements << " elements";
      for (const Engine engine : {Engine::kAutomatic, Engine::kEventQueue}) {
        ASSERT_EQ(messages_of_simulator(schedule, layout, engine), expected)
            << schedule.name() << ", " << elements << " elements";
      }
      ++compared;
    }
    // The verifier knows no bytes: its messages are those of a vector with data in every chunk.
    const Layout every_chunk = equal_layout(schedule, schedule.chunks(), 1);
    EXPECT_EQ(verify(schedule).messages, static_cast<std::int64_t>(messages_of_programs(schedule, every_chunk).size()))
        << schedule.name();
  }
  EXPECT_GT(compared, 100);
}

INSTANTIATE_TEST_SUITE_P(ranks, Agreement, testing::Values(1, 2, 3, 4, 5, 8));

}  // namespace

}  // namespace ringwood
