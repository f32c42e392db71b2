#include "sim/common_round.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <vector>

#include "ringwood/layout.hpp"

namespace ringwood {
namespace {

using Operations = std::vector<Operation>;

ChunkSet chunks(Chunk count) {
  return ChunkSet::interval(0, count);
}

/// What all ranks have in common, or nothing; 64 chunks of 2 bytes each.
std::optional<CommonRound> common(Rank ranks, const std::function<Operations(Rank)>& round_of, Series promised = {}) {
  static const Layout layout = Layout::equal(64, 2, 64, 64);
  const ChunkBytes bytes(layout);
  CommonRound round(ranks);
  bool alike = round.begin(round_of(0), bytes, promised);
  for (Rank rank = 1; rank < ranks && alike; ++rank) {
    alike = round.look_at(rank, round_of(rank), bytes);
  }
  return alike && round.complete() ? std::optional(round) : std::nullopt;
}

/// Whether whoever takes a message finds where it was sent to them.
void expect_taken(const CommonRound& round, Rank ranks) {
  for (Rank rank = 0; rank < ranks; ++rank) {
    for (const CommonRound::Action& action : round.parts()[round.at(rank).part].rest) {
      if (action.kind != OperationKind::kReduce) {
        const Rank source = round.peer(action, rank);
        const CommonRound::Part& sender = round.parts()[round.at(source).part];
        ASSERT_LT(action.slot, sender.sends.size());
        EXPECT_EQ(round.peer(sender.sends[action.slot], source), rank);
      }
    }
  }
}

TEST(CommonRound, FindsRotationsAndExclusiveOr) {
  const auto turned = common(10, [](Rank me) {
    return Operations{send(modulo(me + 3, 10), chunks(1)), receive_reduce(modulo(me - 3, 10), chunks(2))};
  });
  ASSERT_TRUE(turned);
  EXPECT_EQ(turned->bytes_sent(), 2);
  expect_taken(*turned, 10);
  const auto swapped = common(8, [](Rank me) {
    return Operations{receive(me ^ 6, chunks(1)), send(me ^ 6, chunks(1)), copy(chunks(1), 0, 1)};
  });
  ASSERT_TRUE(swapped);
  EXPECT_EQ(swapped->parts().size(), 1U);
  expect_taken(*swapped, 8);
}

TEST(CommonRound, FindsClasses) {
  const auto swing = common(12, [](Rank me) {
    const Rank partner = modulo(me % 2 == 0 ? me + 5 : me - 5, 12);
    return Operations{send(partner, chunks(1)), receive(partner, chunks(1))};
  });
  ASSERT_TRUE(swing);
  EXPECT_EQ(swing->parts().size(), 2U);
  EXPECT_TRUE(swing->together());
  expect_taken(*swing, 12);
  EXPECT_EQ(swing->run(3, 9), 1);
}

// Groups of four, of neighbours up to those that are a quarter of the ranks apart: there the last member's distances
// are, round the end, those of the first.
TEST(CommonRound, FindsGroups) {
  for (const Rank stride : {1, 4, 16}) {
    const auto round = common(64, [stride](Rank me) {
      const Rank digit = me / stride % 4;
      Operations operations;
      for (Rank other = 0; other < 4; ++other) {
        if (other != digit) {
          operations.push_back(send(me + (other - digit) * stride, chunks(3)));
          operations.push_back(receive(me + (other - digit) * stride, chunks(3)));
        }
      }
      return operations;
    });
    ASSERT_TRUE(round) << stride;
    EXPECT_EQ(round->parts().size(), 4U);
    EXPECT_EQ(round->sends(), 3U);
    EXPECT_EQ(round->bytes_sent(), 18);
    EXPECT_TRUE(round->together());
    EXPECT_EQ(round->at(stride + 64 / 2).part, static_cast<std::size_t>((1 + 32 / stride) % 4));
    expect_taken(*round, 64);
  }
}

TEST(CommonRound, SaysWhatClassesCannotDoTogether) {
  const auto round = common(6, [](Rank me) {
    const Rank partner = me % 2 == 0 ? modulo(me - 1, 6) : modulo(me + 1, 6);
    return me % 2 == 0 ? Operations{send(partner, chunks(1)), receive(partner, chunks(1))}
                       : Operations{send(partner, chunks(1)), receive_reduce(partner, chunks(1)),
                                    reduce(chunks(1), 1, 0, Side::kLeft)};
  });
  ASSERT_TRUE(round);
  EXPECT_FALSE(round->together());
  EXPECT_EQ(round->parts()[1].rest.size(), 2U);
}

TEST(CommonRound, KeepsSeveralMessagesBetweenTwoInOrder) {
  const auto round = common(4, [](Rank me) {
    return Operations{send(me ^ 1, chunks(1)),    send(me ^ 2, chunks(2)),    send(me ^ 1, chunks(3)),
                      receive(me ^ 1, chunks(1)), receive(me ^ 1, chunks(3)), receive(me ^ 2, chunks(2))};
  });
  ASSERT_TRUE(round);
  const std::vector<CommonRound::Action>& taken = round->parts().front().rest;
  EXPECT_EQ(taken[0].slot, 0U);
  EXPECT_EQ(taken[1].slot, 2U);
  EXPECT_EQ(taken[2].slot, 1U);
}

TEST(CommonRound, RefusesWhatIsNotAlike) {
  const auto swap_with = [](Rank peer, Chunk count) {
    return Operations{send(peer, chunks(count)), receive(peer, chunks(count))};
  };
  EXPECT_TRUE(common(8, [&](Rank me) { return swap_with(me ^ 1, 1); }));
  // One that sends more, one that does not send, and one that has another peer.
  EXPECT_FALSE(common(8, [&](Rank me) { return swap_with(me ^ 1, me == 7 ? 2 : 1); }));
  EXPECT_FALSE(common(8, [&](Rank me) { return me == 5 ? Operations{receive(4, chunks(1))} : swap_with(me ^ 1, 1); }));
  EXPECT_FALSE(common(8, [&](Rank me) { return swap_with(me == 6 ? 0 : me ^ 1, 1); }));
  // Nobody takes what was sent, or takes it from somebody else, or there is nobody.
  EXPECT_FALSE(common(8, [&](Rank me) { return Operations{send(me ^ 1, chunks(1))}; }));
  EXPECT_FALSE(common(8, [&](Rank me) { return swap_with(modulo(me + 1, 8), 1); }));
  EXPECT_FALSE(common(8, [&](Rank me) { return swap_with(me + 1, 1); }));
  EXPECT_FALSE(common(8, [&](Rank me) { return swap_with(me, 1); }));
  // Classes that do not come out even.
  EXPECT_FALSE(common(9, [&](Rank me) {
    const Rank partner = modulo(me % 2 == 0 ? me + 3 : me - 3, 9);
    return swap_with(partner, 1);
  }));
}

TEST(CommonRound, FollowsPromisesThatCanBeKept) {
  const Course halving{.exclusive_or = true, .peers = -1, .chunks = 1};
  const auto swap_far = [](Rank me) { return Operations{send(me ^ 8, chunks(4)), receive(me ^ 8, chunks(4))}; };
  auto round = common(16, swap_far, series(3, halving));
  ASSERT_TRUE(round);
  EXPECT_EQ(round->series().left, 3U);
  round->follow();
  EXPECT_EQ(round->series().left, 2U);
  EXPECT_EQ(round->bytes_sent(), 16);
  EXPECT_EQ(round->peer(round->parts().front().rest.front(), 5), 5 ^ 4);
  // A distance of half a rank, and more chunks than there are, are no promises to go by.
  EXPECT_EQ(common(16, swap_far, series(4, halving))->series(), Series{});
  EXPECT_EQ(common(16, swap_far, series(5, {.exclusive_or = true, .chunks = 1}))->series(), Series{});
}

}  // namespace
}  // namespace ringwood
