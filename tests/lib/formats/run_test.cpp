// A schedule from a file with real bytes: the same result and the same messages as the algorithm that it was written
// from.

#include <gtest/gtest.h>

#include <cstring>

#include "algorithms/catalogue.hpp"
#include "ringwood/formats.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/threads.hpp"

namespace ringwood {
namespace {

constexpr Bytes kElements = 37;

/// Sums over all ranks' vectors; the element i of rank r is 100 r + i. Every rank must get them.
ThreadsReport run_sum(const Schedule& schedule) {
  const auto ranks = static_cast<std::size_t>(schedule.ranks());
  std::vector<std::vector<std::int64_t>> in(ranks, std::vector<std::int64_t>(kElements));
  std::vector<std::vector<std::int64_t>> out(ranks, std::vector<std::int64_t>(kElements));
  std::vector<RankBuffers> buffers;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    for (std::size_t i = 0; i < in[rank].size(); ++i) {
      in[rank][i] = static_cast<std::int64_t>(100 * rank + i);
    }
    buffers.push_back({std::as_bytes(std::span(in[rank])), std::as_writable_bytes(std::span(out[rank]))});
  }
  const auto sum = built_in_reduction(ElementType::kInt64, ReduceOperator::kSum);
  const Layout layout = equal_layout(schedule, kElements, sizeof(std::int64_t));
  ThreadsReport report = run_on_threads(schedule, layout, &*sum, buffers, {.log = true, .synchronous = true});
  EXPECT_TRUE(report.ok) << report.error;
  for (std::size_t i = 0; i < static_cast<std::size_t>(kElements); ++i) {
    const auto expected = static_cast<std::int64_t>(ranks * i + 100 * ranks * (ranks - 1) / 2);
    EXPECT_EQ(out.front()[i], expected);
    EXPECT_EQ(out.back()[i], expected);
  }
  return report;
}

TEST(RecordedSchedules, RunAsTheAlgorithmDoes) {
  for (const char* const text : {"ring", "rabenseifner", "double-tree", "windows", "lanes(2, ring)"}) {
    const Schedule schedule(built_in_library(), Collective::kAllreduce, parse_expression(text), {.ranks = 5});
    const RecordedSchedule read = read_schedule_text(write_schedule_text(record(schedule)), "text");
    EXPECT_EQ(run_sum(schedule_of(read)).messages, run_sum(schedule).messages) << text;
  }
}

TEST(RecordedSchedules, RunFromMscclXml) {
  for (const char* const text : {"ring", "recursive-doubling", "windows"}) {
    const Schedule schedule(built_in_library(), Collective::kAllreduce, parse_expression(text), {.ranks = 5});
    const RecordedSchedule read = read_msccl_xml(write_msccl_xml(record(schedule)), "xml");
    static_cast<void>(run_sum(schedule_of(read)));
  }
}

}  // namespace
}  // namespace ringwood
