// Any text as GOAL: refused, or read, and then what tasks require is there.

#include "formats/workloads.hpp"
#include "tests/fuzz/support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringwood;
  fuzz::expect_result_or_error([&] {
    const TaskGraph graph = read_goal(fuzz::text_of(data, size), "input", 1000, fuzz::kSmall);
    fuzz::require(graph.size() >= 1 && graph.size() <= fuzz::kSmall.ranks, "as many ranks as are accepted");
    for (const RankTasks& rank : graph.ranks) {
      fuzz::require(rank.lines.size() == rank.tasks.size(), "every task comes from a line");
      for (const TaskRequirement& one : rank.requirements) {
        fuzz::require(one.task < rank.tasks.size() && one.required < rank.tasks.size() && one.task != one.required,
                      "what a task requires is another one");
      }
      for (const Task& task : rank.tasks) {
        fuzz::require(task.amount >= 0 && task.peer >= kAnyRank && task.peer < graph.size(),
                      "numbers are in their ranges");
      }
    }
  });
  return 0;
}
