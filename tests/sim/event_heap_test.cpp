#include "sim/event_heap.hpp"

#include <gtest/gtest.h>

#include <queue>
#include <random>
#include <tuple>

namespace ringwood {
namespace {

struct Later {
  bool operator()(const QueuedEvent& a, const QueuedEvent& b) const {
    return std::tuple(a.time, a.rank, a.lane) > std::tuple(b.time, b.rank, b.lane);
  }
};

// Against a binary heap: events no earlier than the last one taken, many at the same time.
TEST(EventHeap, GivesTheTotalOrder) {
  std::mt19937 random(7);
  for (const Picoseconds spread : {1, 3, 1000, 1'000'000'000}) {
    EventHeap heap;
    std::priority_queue<QueuedEvent, std::vector<QueuedEvent>, Later> expected;
    Picoseconds now = 0;
    for (StrandId id = 0; id < 20'000; ++id) {
      if (expected.empty() || random() % 2 == 0) {
        const QueuedEvent event{now + static_cast<Picoseconds>(random()) % spread, static_cast<Rank>(random() % 50),
                                static_cast<Lane>(id), id};
        heap.push(event);
        expected.push(event);
      } else {
        ASSERT_FALSE(heap.empty());
        const QueuedEvent event = heap.pop();
        EXPECT_EQ(event.strand, expected.top().strand);
        now = event.time;
        expected.pop();
      }
    }
    for (; !expected.empty(); expected.pop()) {
      EXPECT_EQ(heap.pop().strand, expected.top().strand);
    }
    EXPECT_TRUE(heap.empty());
  }
}

}  // namespace
}  // namespace ringwood
