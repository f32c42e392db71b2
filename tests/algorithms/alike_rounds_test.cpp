// Every algorithm of the catalogue keeps its promises of rounds that are alike (ringwood::alike), whoever leaves out
// how many of them: by them estimates and simulations pass over rounds that they never see.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood {
namespace {

/// What is alike in rounds that are: everything of each operation but which chunks.
using Shape = std::vector<std::tuple<OperationKind, Rank, Plane, Chunk>>;

struct Seen {
  Shape shape;
  std::uint32_t alike;
};

Shape shape_of(std::span<const Operation> round) {
  Shape shape;
  for (const Operation& one : round) {
    shape.emplace_back(one.kind, one.peer, one.plane, one.chunks.size());
  }
  return shape;
}

/// A rank's rounds up to the first fork, leaving out `share` of those that are promised; each of them counts as seen.
std::vector<Seen> rounds_of(const Schedule& schedule, Rank me, std::uint32_t share) {
  const ScheduleInstance instance(schedule);
  Program program = instance.program(me);
  std::vector<Seen> rounds;
  while (program.advance() == Step::kRound) {
    const std::uint32_t skipped = share == 0 ? 0 : (program.alike() + share - 1) / share;
    for (std::uint32_t i = 0; i <= skipped; ++i) {
      rounds.push_back({shape_of(program.round()), program.alike() - i});
    }
    if (skipped > 0) {
      program.skip(skipped);
    }
  }
  return rounds;
}

void expect_kept(const Schedule& schedule, Rank me) {
  const std::vector<Seen> all = rounds_of(schedule, me, 0);
  for (std::size_t at = 0; at < all.size(); ++at) {
    ASSERT_LT(at + all[at].alike, all.size()) << schedule.name() << ", rank " << me << ", round " << at;
    for (std::size_t later = at + 1; later <= at + all[at].alike; ++later) {
      ASSERT_EQ(all[later].shape, all[at].shape) << schedule.name() << ", rank " << me << ", round " << later;
    }
  }
  for (const std::uint32_t share : {1U, 2U, 3U}) {
    const std::vector<Seen> fewer = rounds_of(schedule, me, share);
    EXPECT_TRUE(std::ranges::equal(fewer, all, {}, &Seen::shape, &Seen::shape))
        << schedule.name() << ", rank " << me << " of " << schedule.ranks() << ", one of " << share << " left out";
  }
}

TEST(AlikeRounds, AreAlikeAndAsManyAsPromised) {
  int promises = 0;
  for (const Algorithm* const algorithm : built_in_catalogue()) {
    for (const Rank ranks : {2, 3, 4, 5, 8, 9, 12, 16, 17}) {
      const Schedule::Request request{.ranks = ranks, .root = ranks / 2};
      if (!why_not(*algorithm, request).empty()) {
        continue;
      }
      const Schedule schedule(*algorithm, request);
      for (Rank me = 0; me < ranks; ++me) {
        expect_kept(schedule, me);
        promises +=
            std::ranges::any_of(rounds_of(schedule, me, 0), [](const Seen& one) { return one.alike > 0; }) ? 1 : 0;
      }
    }
  }
  EXPECT_GT(promises, 0);
}

}  // namespace
}  // namespace ringwood
