#include "ringwood/program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace ringwood {
namespace {

struct World {
  Arena arena;
  Problem problem{.ranks = 8, .chunks = 8, .arena = &arena};
};

Program steps(const Problem&, Rank peer, int count) {
  for (int i = 0; i < count; ++i) {
    const Round round{send(peer, ChunkSet::interval(i, 1))};
    co_yield round;
  }
}

Program nested(const Problem& problem, int depth) {
  if (depth > 0) {
    co_yield nested(problem, depth - 1);
  }
  co_yield steps(problem, static_cast<Rank>(depth), 1);
}

Program failing(const Problem& problem) {
  co_yield steps(problem, 1, 1);
  throw std::runtime_error("broken");
}

Program around(const Problem& problem, Program inner) {
  co_yield std::move(inner);
  co_yield steps(problem, 7, 1);
}

Program forking(const Problem& problem, int width, int depth) {
  std::vector<Program> lanes;
  for (int i = 0; i < width; ++i) {
    lanes.push_back(depth > 1 ? forking(problem, width, depth - 1) : steps(problem, static_cast<Rank>(i), 1));
  }
  co_yield Lanes(std::move(lanes));
  co_yield steps(problem, 7, 1);
}

Program alike_steps(const Problem&, Rank count) {
  for (Rank i = 0; i < count; ++i) {
    const Round round{send(3, ChunkSet::interval(i, 1))};
    i += co_yield alike(round, count - 1 - i);
  }
}

Program idle(const Problem&) {
  co_yield std::span<const Operation>();
}

std::vector<Rank> peers_of(Program& program) {
  std::vector<Rank> peers;
  while (program.advance() == Step::kRound) {
    peers.push_back(program.round().front().peer);
  }
  return peers;
}

TEST(AlikeRounds, AreAskedForOneByOneOrLeftOut) {
  World world;
  Program every = around(world.problem, alike_steps(world.problem, 5));
  for (std::uint32_t left = 5; left-- > 0;) {
    ASSERT_EQ(every.advance(), Step::kRound);
    EXPECT_EQ(every.alike(), left);
    EXPECT_EQ(every.round().front().chunks.front().first, 4 - static_cast<Chunk>(left));
  }
  ASSERT_EQ(every.advance(), Step::kRound);
  EXPECT_EQ(every.alike(), 0U);  // of the last program
  EXPECT_EQ(every.round().front().peer, 7);
  EXPECT_EQ(every.advance(), Step::kEnd);

  Program some = around(world.problem, alike_steps(world.problem, 5));
  ASSERT_EQ(some.advance(), Step::kRound);
  some.skip(2);
  ASSERT_EQ(some.advance(), Step::kRound);
  EXPECT_EQ(some.round().front().chunks.front().first, 3);
  EXPECT_EQ(some.alike(), 1U);
  some.skip(1);
  ASSERT_EQ(some.advance(), Step::kRound);
  EXPECT_EQ(some.round().front().peer, 7);
}

TEST(Program, RunsNestedProgramsInPlace) {
  World world;
  Program program = nested(world.problem, 5);
  EXPECT_EQ(peers_of(program), (std::vector<Rank>{0, 1, 2, 3, 4, 5}));
}

TEST(Program, YieldsRoundsOfNoOperations) {
  World world;
  Program program = idle(world.problem);
  EXPECT_EQ(program.advance(), Step::kRound);
  EXPECT_TRUE(program.round().empty());
  EXPECT_EQ(program.advance(), Step::kEnd);
}

TEST(Program, RenumbersFromTheInsideOut) {
  World world;
  const std::vector<Rank> table{6, 5, 4, 3};
  Program inner = on(RankMap::strided(1, 1), ChunkMap{.offset = 1}, steps(world.problem, 1, 2));
  Program program = on(RankMap::table(table), ChunkMap{.offset = 2}, around(world.problem, std::move(inner)));
  ASSERT_EQ(program.advance(), Step::kRound);
  EXPECT_EQ(program.round().front().peer, 4);
  EXPECT_EQ(program.round().front().chunks.front(), (ChunkInterval{3, 1}));
}

TEST(Program, RefusesToBeRenumberedTwice) {
  World world;
  Program once = on(RankMap::strided(1, 1), ChunkMap{}, steps(world.problem, 1, 1));
  EXPECT_THROW(static_cast<void>(on(RankMap::strided(1, 1), ChunkMap{}, std::move(once))), std::logic_error);
}

void collect_lanes(Program& program, std::vector<Lane>& leaves) {
  for (Step step = program.advance(); step != Step::kEnd; step = program.advance()) {
    if (step == Step::kFork) {
      for (Program& lane : program.lanes()) {
        collect_lanes(lane, leaves);
      }
    } else if (program.round().front().peer != 7) {
      leaves.push_back(program.lane());
    }
  }
}

TEST(Program, GivesLanesThatRunSideBySideDifferentNumbers) {
  for (const int depth : {1, 2, 3}) {
    World world;
    Program program = forking(world.problem, 3, depth);
    std::vector<Lane> leaves;
    collect_lanes(program, leaves);
    std::sort(leaves.begin(), leaves.end());
    const auto count = static_cast<std::size_t>(depth == 1 ? 3 : depth == 2 ? 9 : 27);
    ASSERT_EQ(leaves.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(leaves[i], static_cast<Lane>(i));
    }
  }
}

TEST(Program, GoesOnAfterItsLanes) {
  World world;
  Program program = forking(world.problem, 2, 1);
  ASSERT_EQ(program.advance(), Step::kFork);
  EXPECT_EQ(program.lane(), 0);
  for (Program& lane : program.lanes()) {
    while (lane.advance() != Step::kEnd) {
    }
  }
  ASSERT_EQ(program.advance(), Step::kRound);
  EXPECT_EQ(program.round().front().peer, 7);
  EXPECT_EQ(program.advance(), Step::kEnd);
}

TEST(Program, PassesOnWhatANestedProgramThrows) {
  World world;
  Program program = around(world.problem, failing(world.problem));
  EXPECT_EQ(program.advance(), Step::kRound);
  EXPECT_THROW(static_cast<void>(program.advance()), std::runtime_error);
}

TEST(Program, MayBeDestroyedHalfWay) {
  World world;
  {
    Program deep = nested(world.problem, 5);
    EXPECT_EQ(deep.advance(), Step::kRound);
    Program wide = forking(world.problem, 3, 2);
    ASSERT_EQ(wide.advance(), Step::kFork);
    EXPECT_EQ(wide.lanes()[1].advance(), Step::kFork);
    Program unused = nested(world.problem, 2);
  }
  // All frames are back: the same again takes nothing from the system.
  const std::size_t reserved = world.arena.reserved();
  for (int i = 0; i < 100; ++i) {
    Program again = forking(world.problem, 3, 2);
    EXPECT_EQ(again.advance(), Step::kFork);
  }
  EXPECT_EQ(world.arena.reserved(), reserved);
}

TEST(Arena, AlignsFramesAndTakesLargeOnesFromTheHeap) {
  Arena arena;
  for (const std::size_t size : {std::size_t{1}, std::size_t{17}, std::size_t{4000}, std::size_t{100000}}) {
    void* memory = arena.allocate(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 16, 0U) << size;
    Arena::release(memory, size);
  }
  void* first = arena.allocate(100);
  Arena::release(first, 100);
  EXPECT_EQ(arena.allocate(100), first);
}

}  // namespace
}  // namespace ringwood
