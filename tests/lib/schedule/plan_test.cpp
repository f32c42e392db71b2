#include "schedule/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"

namespace ringwood {

namespace {

Schedule::Request ranks(Rank count) {
  return {.ranks = count};
}

Bytes bytes_of(std::span<const Transfer> transfers) {
  Bytes total = 0;
  for (const Transfer& transfer : transfers) {
    total += transfer.bytes;
  }
  return total;
}

Bytes sent(const Plan& plan) {
  Bytes total = 0;
  for (const PlanStrand& strand : plan.strands()) {
    for (const PlanRound& round : plan.rounds(strand)) {
      total += bytes_of(plan.transfers(round.sends));
    }
  }
  return total;
}

TEST(Plan, copies_nothing_first) {
  const Schedule schedule(allreduce_recursive_doubling, ranks(2));
  const Plan plan = compile(schedule, equal_layout(schedule, 10, 8), 0);
  EXPECT_TRUE(plan.start().empty());
  EXPECT_TRUE(plan.finish().empty());
  EXPECT_EQ(plan.scratch_bytes(), 0);
  EXPECT_EQ(plan.send_bytes(), 80);
  EXPECT_EQ(plan.receive_bytes(), 80);
  const PlanRound& round = plan.rounds(plan.strands().front()).front();
  EXPECT_EQ(plan.transfers(round.sends).front().address, (Address{Memory::kSend, 0}));
  EXPECT_EQ(plan.transfers(round.receives).front().address, (Address{Memory::kReceive, 0}));
  ASSERT_EQ(plan.effects(round.effects).size(), 1U);
  const Effect& effect = plan.effects(round.effects).front();
  EXPECT_EQ(effect.kind, Effect::Kind::kReduce);
  EXPECT_EQ(effect.result, (Address{Memory::kReceive, 0}));
  EXPECT_NE(effect.left.memory, effect.right.memory);
}

TEST(Plan, stages_what_it_also_sends) {
  const Schedule schedule(allreduce_recursive_doubling, ranks(2));
  const Plan plan = compile(schedule, equal_layout(schedule, 10, 8), 0, BufferUse::kInPlace);
  const PlanRound& round = plan.rounds(plan.strands().front()).front();
  EXPECT_EQ(plan.transfers(round.sends).front().address, (Address{Memory::kReceive, 0}));
  EXPECT_EQ(plan.transfers(round.receives).front().address.memory, Memory::kScratch);
  EXPECT_GE(plan.scratch_bytes(), 80);
}

TEST(Plan, one_rank_copies_unless_in_place) {
  const Schedule schedule(allreduce_ring, ranks(1));
  const Layout layout = equal_layout(schedule, 5, 4);
  const Plan separate = compile(schedule, layout, 0);
  ASSERT_EQ(separate.finish().size(), 1U);
  EXPECT_EQ(separate.finish().front().bytes, 20);
  EXPECT_TRUE(compile(schedule, layout, 0, BufferUse::kInPlace).finish().empty());
}

TEST(Plan, counts_beyond_32_bits) {
  const Bytes size = (Bytes{1} << 33) + 1;
  for (Rank me = 0; me < 3; ++me) {
    const Schedule schedule(allreduce_ring, ranks(3));
    const Layout layout = equal_layout(schedule, size, 1);
    const Plan plan = compile(schedule, layout, me);
    EXPECT_EQ(plan.receive_bytes(), size);
    // Everything but one block each way: me + 1 is what reduce-scatter keeps, then what allgather got last.
    const Bytes kept = layout.bytes(ChunkInterval{me, 1}) + layout.bytes(ChunkInterval{(me + 1) % 3, 1});
    EXPECT_EQ(sent(plan), 2 * size - kept);
  }
}

TEST(Plan, drops_what_carries_no_byte) {
  const Schedule schedule(allreduce_ring, ranks(4));
  EXPECT_EQ(compile(schedule, equal_layout(schedule, 0, 8), 2).transfer_count(), 0U);
  const Plan plan = compile(schedule, equal_layout(schedule, 1, 8), 2);
  EXPECT_EQ(sent(plan), 16);
}

TEST(Plan, reduce_scatter_in_place_ends_at_the_beginning) {
  const Schedule schedule(reduce_scatter_ring, ranks(3));
  const Plan plan = compile(schedule, equal_layout(schedule, 6, 4), 2, BufferUse::kInPlace);
  ASSERT_EQ(plan.finish().size(), 1U);
  EXPECT_EQ(plan.finish().front().left, (Address{Memory::kReceive, 16}));
  EXPECT_EQ(plan.finish().front().result, (Address{Memory::kReceive, 0}));
  EXPECT_EQ(plan.send_bytes(), 0);
}

Program passes_on_nothing(const Problem& problem, Rank) {
  const Round round{send(0, problem.whole(), 1)};
  co_yield round;
}

TEST(Plan, refuses_to_send_what_the_rank_does_not_hold) {
  const Algorithm broken{.name = "broken",
                         .collective = Collective::kAllreduce,
                         .cost = "",
                         .reference = "none",
                         .needs = {},
                         .program = passes_on_nothing};
  const Schedule schedule(broken, ranks(2));
  try {
    (void)compile(schedule, equal_layout(schedule, 4, 4), 1);
    FAIL() << "an undefined plane was sent";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), testing::HasSubstr("rank 1, round 0"));
  }
}

Program both_halves(const Problem& problem, Rank me) {
  std::vector<Program> lanes;
  const Problem half = problem.part_of(problem.ranks, problem.chunks / 2);
  for (Chunk lane = 0; lane < 2; ++lane) {
    lanes.push_back(on(RankMap::identity(), {.offset = lane, .step = 2}, allreduce_ring.program(half, me)));
  }
  co_yield Lanes{std::move(lanes)};
}

TEST(Plan, lanes_share_no_stage) {
  const Algorithm two_lanes{.name = "two-lanes",
                            .collective = Collective::kAllreduce,
                            .cost = "",
                            .reference = "none",
                            .needs = {.commutative = true},
                            .program = both_halves,
                            .pieces = [](const Problem& problem) { return Chunk{2} * problem.ranks; }};
  const Schedule schedule(two_lanes, ranks(3));
  const Plan plan = compile(schedule, equal_layout(schedule, 600, 4), 0, BufferUse::kInPlace);
  ASSERT_EQ(plan.strands().size(), 3U);
  Bytes ends[2] = {};
  Bytes begins[2] = {plan.scratch_bytes(), plan.scratch_bytes()};
  for (std::size_t lane = 0; lane < 2; ++lane) {
    EXPECT_EQ(plan.strands()[lane + 1].lane, static_cast<Lane>(lane));
    for (const PlanRound& round : plan.rounds(plan.strands()[lane + 1])) {
      for (const Transfer& transfer : plan.transfers(round.receives)) {
        if (transfer.address.memory == Memory::kScratch) {
          begins[lane] = std::min(begins[lane], transfer.address.offset);
          ends[lane] = std::max(ends[lane], transfer.address.offset + transfer.bytes);
        }
      }
    }
  }
  EXPECT_LT(begins[0], ends[0]);
  EXPECT_LE(ends[0], begins[1]);
  EXPECT_LT(begins[1], ends[1]);
}

}  // namespace

}  // namespace ringwood
