// What ThreadSanitizer is worth here: an operator that counts its calls without a lock is called by several ranks'
// threads at once, and has to be reported. If not, "no report" of the other tests would mean nothing.

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "ringwood/expression.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/threads.hpp"

#if defined(__SANITIZE_THREAD__)
#define RINGWOOD_UNDER_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RINGWOOD_UNDER_THREAD_SANITIZER 1
#endif
#endif

namespace ringwood {
namespace {

#ifdef RINGWOOD_UNDER_THREAD_SANITIZER
void count(const std::byte*, const std::byte*, std::byte*, std::size_t, const void* counter) {
  ++*static_cast<int*>(const_cast<void*>(counter));  // NOLINT(cppcoreguidelines-pro-type-const-cast): the planted race
}

void race() {
  constexpr std::size_t kRanks = 4;
  int calls = 0;
  const Reduction counting{.apply = count, .context = &calls, .element_size = 4, .commutative = true};
  const Schedule schedule(built_in_library(), Collective::kAllreduce, parse_expression("recursive-doubling"),
                          {.ranks = kRanks});
  const std::vector<std::byte> send(4096);
  std::vector<std::vector<std::byte>> receive(kRanks, std::vector<std::byte>(send.size()));
  std::vector<RankBuffers> buffers;
  for (std::vector<std::byte>& one : receive) {
    buffers.push_back({send, one});
  }
  const Layout layout = equal_layout(schedule, static_cast<Bytes>(send.size() / 4), counting.element_size);
  for (int i = 0; i < 100; ++i) {
    static_cast<void>(run_on_threads(schedule, layout, &counting, buffers, {}));
  }
}
#endif

TEST(RaceDeathTest, a_planted_one_is_reported) {
#ifdef RINGWOOD_UNDER_THREAD_SANITIZER
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH((race(), std::exit(0)), "ThreadSanitizer: data race");
#else
  GTEST_SKIP() << "built without ThreadSanitizer: tests/run tsan";
#endif
}

}  // namespace
}  // namespace ringwood
