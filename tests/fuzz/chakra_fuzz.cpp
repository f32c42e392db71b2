// Any text as a Chakra trace for two ranks, and as the groups of one: refused, or read.

#include "formats/workloads.hpp"
#include "tests/fuzz/support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringwood;
  const NamedText text{"input", std::string(fuzz::text_of(data, size))};
  fuzz::expect_result_or_error([&] {
    const TaskGraph graph = read_chakra({text}, 2, {}, fuzz::kSmall);
    for (const RankTasks& rank : graph.ranks) {
      for (const TaskRequirement& one : rank.requirements) {
        fuzz::require(one.task < rank.tasks.size() && one.required < rank.tasks.size(),
                      "what a task requires is there");
      }
      for (const Task& task : rank.tasks) {
        const bool is_call = task.kind == TaskKind::kCollective;
        fuzz::require(!is_call || static_cast<std::size_t>(task.amount) < graph.calls.size(), "calls are there");
      }
    }
  });
  fuzz::expect_result_or_error([&] { static_cast<void>(read_chakra({text, text}, 2, {}, fuzz::kSmall)); });
  fuzz::expect_result_or_error([&] { static_cast<void>(read_rank_groups(text, 4)); });
  return 0;
}
