// Reduce-scatter and allgather with one count a rank, over threads and real bytes: the layout does it, for every
// algorithm.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "algorithms/catalogue.hpp"
#include "ringwood/threads.hpp"

namespace ringwood {
namespace {

using Counts = std::vector<std::size_t>;
using Vector = std::vector<std::int32_t>;

std::int32_t input(Rank rank, std::size_t index) {
  return 1000 * (rank + 1) + static_cast<std::int32_t>(index) * (rank + 7);
}

// Equal, one rank has all, every other rank has none, nobody has any, wildly unequal.
std::vector<Counts> count_lists(Rank p) {
  const auto size = static_cast<std::size_t>(p);
  std::vector<Counts> lists(5, Counts(size, 0));
  for (std::size_t i = 0; i < size; ++i) {
    lists[0][i] = 3;
    lists[2][i] = i % 2 == 0 ? 0 : 5;
    lists[4][i] = i * i * i % 7 == 1 ? 1000 + i : i % 3;
  }
  lists[1][size / 2] = 40;
  return lists;
}

// One call: what goes in, and what must come out.
struct Call {
  std::vector<Vector> sent;
  std::vector<Vector> expected;
};

Call reduce_scatter_of(const Counts& counts) {
  Call call;
  const std::size_t total = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  std::size_t first = 0;
  for (std::size_t rank = 0; rank < counts.size(); ++rank) {
    Vector& vector = call.sent.emplace_back();
    for (std::size_t i = 0; i < total; ++i) {
      vector.push_back(input(static_cast<Rank>(rank), i));
    }
    Vector& block = call.expected.emplace_back(counts[rank], 0);
    for (std::size_t i = 0; i < block.size(); ++i) {
      for (std::size_t other = 0; other < counts.size(); ++other) {
        block[i] += input(static_cast<Rank>(other), first + i);
      }
    }
    first += counts[rank];
  }
  return call;
}

Call allgather_of(const Counts& counts) {
  Call call;
  Vector whole;
  for (std::size_t rank = 0; rank < counts.size(); ++rank) {
    Vector& block = call.sent.emplace_back();
    for (std::size_t i = 0; i < counts[rank]; ++i) {
      block.push_back(input(static_cast<Rank>(rank), i));
    }
    whole.insert(whole.end(), block.begin(), block.end());
  }
  call.expected.assign(counts.size(), whole);
  return call;
}

void expect_result(const Schedule& schedule, const Counts& counts) {
  const Layout layout = Layout::counts(counts, sizeof(std::int32_t), schedule.chunks());
  const bool reduces = schedule.collective() == Collective::kReduceScatter;
  const Call call = reduces ? reduce_scatter_of(counts) : allgather_of(counts);
  std::vector<Vector> received;
  for (const Vector& expected : call.expected) {
    received.emplace_back(expected.size(), -1);
  }
  std::vector<RankBuffers> buffers;
  for (std::size_t rank = 0; rank < counts.size(); ++rank) {
    buffers.push_back({std::as_bytes(std::span(call.sent[rank])), std::as_writable_bytes(std::span(received[rank]))});
  }
  const Reduction sum = built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value();
  const ThreadsReport report = run_on_threads(schedule, layout, reduces ? &sum : nullptr, buffers);
  ASSERT_TRUE(report.ok) << report.error;
  EXPECT_EQ(received, call.expected);
}

class OneCountARank : public testing::TestWithParam<const Algorithm*> {};

TEST_P(OneCountARank, GivesTheSequentialResult) {
  for (const Rank p : {1, 2, 3, 5, 6, 8}) {
    if (!why_not(*GetParam(), {.ranks = p}).empty()) {
      continue;
    }
    const Schedule schedule(*GetParam(), {.ranks = p});
    for (const Counts& counts : count_lists(p)) {
      SCOPED_TRACE(schedule.name() + ", " + std::to_string(p) + " ranks, rank 0 has " + std::to_string(counts[0]));
      expect_result(schedule, counts);
    }
  }
}

std::vector<const Algorithm*> with_blocks_of_ranks() {
  std::vector<const Algorithm*> found;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (algorithm->collective == Collective::kReduceScatter || algorithm->collective == Collective::kAllgather) {
      found.push_back(algorithm);
    }
  }
  return found;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, OneCountARank, testing::ValuesIn(with_blocks_of_ranks()),
                         [](const testing::TestParamInfo<const Algorithm*>& algorithm) {
                           std::string name = std::string(name_of(algorithm.param->collective)) + "_" +
                                              std::string(algorithm.param->name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace ringwood
