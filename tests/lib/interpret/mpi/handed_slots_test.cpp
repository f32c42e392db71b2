#include "interpret/mpi/handed_slots.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace ringwood {

namespace {

constexpr std::size_t kBytes = 8192;
constexpr std::size_t kAll = 2 * HandedSlots::kOfRank;

/// Both sides of a pair, in one process.
class Pair {
 public:
  Pair() : memory_(std::make_unique<std::byte[]>(kAll * kBytes)) {
    std::array<std::byte*, kAll> slots{};
    for (std::size_t slot = 0; slot < kAll; ++slot) {
      slots[slot] = memory_.get() + slot * kBytes;
    }
    lower = HandedSlots(slots, kBytes, true);
    higher = HandedSlots(slots, kBytes, false);
  }

  HandedSlots lower;
  HandedSlots higher;

 private:
  std::unique_ptr<std::byte[]> memory_;
};

TEST(HandedSlots, each_belongs_to_one_side) {
  Pair pair;
  std::set<std::uint32_t> numbers;
  for (HandedSlots* side : {&pair.lower, &pair.higher}) {
    for (std::size_t slot = 0; slot < HandedSlots::kOfRank; ++slot) {
      ASSERT_TRUE(side->has_room(kBytes));
      numbers.insert(side->hand_over());
    }
    EXPECT_FALSE(side->has_room(1));
  }
  EXPECT_EQ(numbers.size(), kAll);
  EXPECT_EQ(*numbers.rbegin(), kAll - 1);
}

TEST(HandedSlots, a_piece_has_to_fit) {
  const Pair pair;
  EXPECT_TRUE(pair.lower.has_room(kBytes));
  EXPECT_FALSE(pair.lower.has_room(kBytes + 1));
}

TEST(HandedSlots, what_came_last_goes_first) {
  Pair pair;
  const std::uint32_t first = pair.lower.hand_over();
  const std::uint32_t second = pair.lower.hand_over();
  pair.higher.take(first);
  pair.higher.take(second);
  EXPECT_EQ(pair.higher.hand_over(), second);
  EXPECT_EQ(pair.higher.hand_over(), first);
}

TEST(HandedSlots, both_sides_see_the_same_memory) {
  Pair pair;
  for (std::uint32_t number = 0; number < kAll; ++number) {
    EXPECT_EQ(pair.lower.look(number, 100), pair.higher.look(number, kBytes));
  }
}

TEST(HandedSlots, one_side_may_own_all) {
  Pair pair;
  for (std::size_t slot = 0; slot < HandedSlots::kOfRank; ++slot) {
    pair.higher.take(pair.lower.hand_over());
  }
  EXPECT_FALSE(pair.lower.has_room(1));
  for (std::size_t slot = 0; slot < kAll; ++slot) {
    ASSERT_TRUE(pair.higher.has_room(kBytes));
    pair.lower.take(pair.higher.hand_over());
  }
  EXPECT_FALSE(pair.higher.has_room(1));
  EXPECT_TRUE(pair.lower.has_room(1));
}

}  // namespace

}  // namespace ringwood
