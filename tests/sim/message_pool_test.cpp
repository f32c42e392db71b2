#include "sim/message_pool.hpp"

#include <gtest/gtest.h>

namespace ringwood {
namespace {

PendingMessage message(Rank source, Picoseconds head, Lane lane = 0) {
  return {.head = head, .source = source, .lane = lane};
}

Picoseconds head_of(MessagePool& pool, MessagePool::Box& box, Rank source, Lane lane = 0) {
  const std::uint32_t index = pool.take(box, source, lane);
  return index == MessagePool::kNone ? -1 : pool.at(index).head;
}

TEST(MessagePool, KeepsTheOrderOfEachSourceAndLane) {
  MessagePool pool;
  MessagePool::Box box;
  pool.push(box, message(1, 10));
  pool.push(box, message(2, 20));
  pool.push(box, message(1, 11));
  pool.push(box, message(1, 12, 3));
  EXPECT_EQ(head_of(pool, box, 2), 20);
  EXPECT_EQ(head_of(pool, box, 2), -1);
  EXPECT_EQ(head_of(pool, box, 1, 3), 12);
  EXPECT_EQ(head_of(pool, box, 1), 10);
  EXPECT_EQ(head_of(pool, box, 1), 11);
  EXPECT_TRUE(MessagePool::is_empty(box));
  EXPECT_EQ(pool.pending(), 0);
}

TEST(MessagePool, PutsInFrontWhatIsOlder) {
  MessagePool pool;
  MessagePool::Box box;
  pool.push_front(box, message(1, 10));
  pool.push(box, message(1, 12));
  pool.push_front(box, message(1, 9));
  EXPECT_EQ(head_of(pool, box, 1), 9);
  EXPECT_EQ(head_of(pool, box, 1), 10);
  EXPECT_EQ(head_of(pool, box, 1), 12);
  EXPECT_TRUE(MessagePool::is_empty(box));
}

TEST(MessagePool, TakesThousandsOfSourcesInTheWorstOrder) {
  constexpr Rank kSources = 3000;
  MessagePool pool;
  MessagePool::Box box;
  MessagePool::Box other;
  pool.push(other, message(7, 77));
  for (Picoseconds head = 0; head < 2; ++head) {
    for (Rank source = 0; source < kSources; ++source) {
      pool.push(box, message(source, head));
    }
  }
  EXPECT_EQ(head_of(pool, box, kSources - 1), 0);
  EXPECT_EQ(pool.tables(), 1U);
  EXPECT_TRUE(pool.holds(box, 0, 0));
  EXPECT_FALSE(pool.holds(box, kSources, 0));
  pool.push_front(box, message(kSources - 1, -5));
  EXPECT_EQ(head_of(pool, box, kSources - 1), -5);
  EXPECT_EQ(head_of(pool, box, kSources - 1), 1);
  for (Rank source = kSources - 2; source >= 0; --source) {
    ASSERT_EQ(head_of(pool, box, source), 0);
    ASSERT_EQ(head_of(pool, box, source), 1);
  }
  EXPECT_TRUE(MessagePool::is_empty(box));
  EXPECT_EQ(pool.tables(), 0U);
  EXPECT_EQ(head_of(pool, other, 7), 77);
}

}  // namespace
}  // namespace ringwood
