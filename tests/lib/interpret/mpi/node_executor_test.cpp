// Fused plans between the threads of one process: every algorithm that works in windows, in small ones, in caches or
// past them.

#include "interpret/mpi/node_executor.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <thread>

#include "algorithms/catalogue.hpp"
#include "interpret/mpi/node_run.hpp"
#include "ringwood/layouts.hpp"

namespace ringwood {

namespace {

constexpr Bytes kElements = 1003;
constexpr Bytes kSize = sizeof(std::int32_t);

struct Unmap {
  void operator()(std::byte* memory) const { ::operator delete (memory, std::align_val_t{4096}); }
};

struct Options {
  BufferUse use = BufferUse::kSeparate;
  FusionOptions fusion;
  bool in_steps = false;
  Bytes elements = kElements;
  bool yields = true;
};

std::int32_t input(Rank rank, Bytes element) {
  return static_cast<std::int32_t>(element * 7 + rank * 1000);
}

std::int32_t sum(Rank ranks, Bytes element) {
  return static_cast<std::int32_t>(ranks * element * 7 + 1000 * ranks * (ranks - 1) / 2);
}

/// All ranks of one collective on threads. Returns how many elements are wrong.
class Job {
 public:
  Job(const Schedule& schedule, const Options& options)
      : schedule_(schedule),
        options_(options),
        layout_(equal_layout(schedule, options.elements, kSize)),
        shape_(schedule.ranks()),
        memory_(static_cast<std::byte*>(::operator new (shape_.total_bytes(), std::align_val_t{4096}))),
        wrong_(static_cast<std::size_t>(schedule.ranks())) {
    std::memset(memory_.get(), 0, shape_.total_bytes());
  }

  int wrong() {
    {
      std::vector<std::jthread> threads;
      for (Rank rank = 0; rank < schedule_.ranks(); ++rank) {
        threads.emplace_back([this, rank] { run(rank); });
      }
    }
    int total = 0;
    for (const int one : wrong_) {
      total += one;
    }
    return total;
  }

 private:
  [[nodiscard]] std::pair<Bytes, Bytes> block(Rank rank) const {
    const Chunk share = layout_.chunks() / schedule_.ranks();
    return {layout_.offset(rank * share) / kSize, layout_.offset((rank + 1) * share) / kSize};
  }

  void run(Rank me) {
    const Collective collective = schedule_.collective();
    const bool gathers = collective == Collective::kAllgather;
    const auto [first, end] = block(me);
    std::vector<std::int32_t> in(static_cast<std::size_t>(options_.elements));
    std::vector<std::int32_t> out(in.size(), -1);
    std::vector<std::int32_t>& data = options_.use == BufferUse::kInPlace ? out : in;
    const Bytes own = gathers ? end - first : options_.elements;
    const Bytes at = gathers && options_.use == BufferUse::kInPlace ? first : 0;
    for (Bytes i = 0; i < own; ++i) {
      data[static_cast<std::size_t>(at + i)] = input(me, gathers ? first + i : i);
    }
    carry_out(me, in, out);
    for (Bytes i = 0; i < (collective == Collective::kReduceScatter ? end - first : options_.elements); ++i) {
      const Bytes element = collective == Collective::kReduceScatter ? first + i : i;
      const std::int32_t expected = gathers ? input(owner(element), element) : sum(schedule_.ranks(), element);
      wrong_[static_cast<std::size_t>(me)] += out[static_cast<std::size_t>(i)] != expected ? 1 : 0;
    }
  }

  [[nodiscard]] Rank owner(Bytes element) const {
    Rank rank = 0;
    while (block(rank).second <= element) {
      ++rank;
    }
    return rank;
  }

  void carry_out(Rank me, const std::vector<std::int32_t>& in, std::vector<std::int32_t>& out) {
    const Reduction reduction = built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value();
    const Plan plan = compile(schedule_, layout_, me, options_.use);
    const FusedPlan fused = fuse(plan, options_.fusion);
    std::vector<std::byte> scratch(static_cast<std::size_t>(plan.scratch_bytes()));
    NodeEndpoint endpoint({memory_.get(), shape_.total_bytes()}, shape_, me,
                          {.spins = 20, .yields = options_.yields, .timeout = std::chrono::seconds(60)});
    if (options_.in_steps) {
      return in_steps(fused, in, out, endpoint);
    }
    NodeExecutor executor(endpoint);
    const Buffers buffers{reinterpret_cast<const std::byte*>(in.data()), reinterpret_cast<std::byte*>(out.data()),
                          scratch.data()};
    executor.execute(fused, buffers, &reduction);
    if (options_.use == BufferUse::kSeparate) {
      NodeRun again = executor.begin(fused, buffers, &reduction);
      executor.finish(again);
    }
  }

  /// Two of the same side by side, which every rank goes on with in an order of its own; only the first one's result is
  /// looked at, and the other one's has to be the same.
  void in_steps(const FusedPlan& fused, const std::vector<std::int32_t>& in, std::vector<std::int32_t>& out,
                NodeEndpoint& endpoint) {
    constexpr std::uint64_t kDrainEvery = 16;
    const Reduction reduction = built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value();
    std::vector<std::int32_t> other = out;
    std::vector<std::byte> scratch(1 << 16);
    std::vector<std::byte> other_scratch(scratch.size());
    const auto buffers = [&](std::vector<std::int32_t>& result, std::vector<std::byte>& memory) {
      return Buffers{reinterpret_cast<const std::byte*>(in.data()), reinterpret_cast<std::byte*>(result.data()),
                     memory.data()};
    };
    NodeRun runs[] = {{endpoint, fused, buffers(out, scratch), &reduction, {.lane = 3}},
                      {endpoint, fused, buffers(other, other_scratch), &reduction, {.lane = 64}}};
    bool ended[] = {false, false};
    for (std::uint64_t looks = 0; !ended[0] || !ended[1]; ++looks) {
      const std::size_t one = (looks + static_cast<std::size_t>(endpoint.rank())) % 2;
      ended[one] = ended[one] || runs[one].advance();
      if (looks % kDrainEvery == kDrainEvery - 1) {
        endpoint.drain();
      }
      std::this_thread::yield();
    }
    wrong_[static_cast<std::size_t>(endpoint.rank())] += out == other ? 0 : 1;
  }

  const Schedule& schedule_;
  const Options& options_;
  Layout layout_;
  NodeShape shape_;
  std::unique_ptr<std::byte, Unmap> memory_;
  std::vector<int> wrong_;
};

bool is_tested(Collective collective) {
  return collective == Collective::kAllreduce || collective == Collective::kReduceScatter ||
         collective == Collective::kAllgather;
}

TEST(NodeExecutor, every_algorithm_that_works_in_windows) {
  int tested = 0;
  int overlapping = 0;
  for (const Rank ranks : {1, 2, 3, 5}) {
    for (const Algorithm* algorithm : built_in_catalogue()) {
      if (!is_tested(algorithm->collective) || !why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
      const Schedule schedule(*algorithm, {.ranks = ranks});
      const Windows windows =
          windows_of(schedule, equal_layout(schedule, kElements, kSize), NodeShape(ranks).large_slots);
      if (windows == Windows::kNone) {
        continue;
      }
      overlapping += windows == Windows::kOverlapping ? 1 : 0;
      for (const BufferUse use : {BufferUse::kSeparate, BufferUse::kInPlace}) {
        for (FusionOptions fusion :
             {FusionOptions{.window = 256, .streams = false},
              FusionOptions{.window = 256, .overlaps = false, .streams = false},
              FusionOptions{.window = 256, .hot = true}, FusionOptions{.window = 360, .hot = true, .streams = true}}) {
          fusion.overlaps = fusion.overlaps && windows == Windows::kOverlapping;
          const Options options{use, fusion};
          EXPECT_EQ(Job(schedule, options).wrong(), 0)
              << name_of(algorithm->collective) << " " << schedule.name() << ", " << ranks << " ranks, window "
              << fusion.window << (fusion.hot ? ", hot" : "") << (fusion.streams ? ", past the caches" : "")
              << (use == BufferUse::kInPlace ? ", in place" : "");
          ++tested;
          if (!fusion.hot) {
            EXPECT_EQ(Job(schedule, {use, fusion, true}).wrong(), 0)
                << algorithm->name << ", " << ranks << " ranks, in steps, " << static_cast<int>(use);
          }
        }
      }
    }
  }
  EXPECT_GT(tested, 90);
  EXPECT_GT(overlapping, 10);
}

// So many bytes that each rank writes some of them into slots that go over, and some past the caches.
TEST(NodeExecutor, messages_past_the_caches_are_right_in_either_manner) {
  constexpr Bytes kMany = 1'600'003;
  for (const Algorithm* algorithm :
       {&allreduce_two_shot, &allreduce_one_shot, &allreduce_ring, &reduce_scatter_direct, &allgather_direct}) {
    for (const Rank ranks : {2, 3}) {
      const Schedule schedule(*algorithm, {.ranks = ranks});
      const Windows windows = windows_of(schedule, equal_layout(schedule, kMany, kSize), NodeShape(ranks).large_slots);
      ASSERT_NE(windows, Windows::kNone) << algorithm->name;
      const FusionOptions fusion{
          .window = 65536, .overlaps = windows == Windows::kOverlapping, .hot = true, .streams = true};
      for (const BufferUse use : {BufferUse::kSeparate, BufferUse::kInPlace}) {
        EXPECT_EQ(Job(schedule, {.use = use, .fusion = fusion, .elements = kMany, .yields = false}).wrong(), 0)
            << algorithm->name << ", " << ranks << " ranks" << (use == BufferUse::kInPlace ? ", in place" : "");
      }
    }
  }
}

TEST(FusedPlan, windows_are_for_pieces_that_nothing_cuts) {
  const auto windows = [](const Algorithm& algorithm, std::size_t slots) {
    const Schedule schedule(algorithm, {.ranks = 4});
    return windows_of(schedule, equal_layout(schedule, kElements, kSize), slots);
  };
  EXPECT_EQ(windows(allreduce_one_shot, 8), Windows::kOverlapping);
  EXPECT_EQ(windows(allreduce_two_shot, 8), Windows::kOverlapping);
  EXPECT_EQ(windows(reduce_scatter_direct, 8), Windows::kOverlapping);
  EXPECT_EQ(windows(allgather_direct, 8), Windows::kOverlapping);
  EXPECT_EQ(windows(allreduce_rabenseifner, 8), Windows::kNone);
  EXPECT_EQ(windows(allgather_recursive_doubling, 8), Windows::kNone);
  // Room for the messages of two turns is what keeps ranks from waiting for each other in a circle.
  EXPECT_EQ(windows(allreduce_two_shot, 7), Windows::kOneByOne);
}

TEST(FusedPlan, what_goes_to_several_is_sent_once) {
  const Schedule schedule(allreduce_one_shot, {.ranks = 4});
  const Plan plan = compile(schedule, equal_layout(schedule, kElements, kSize), 2);
  const FusedPlan fused = fuse(plan, {.window = 1 << 20, .streams = false});
  int pushes = 0;
  for (const FusedStep& step : fused.steps()) {
    pushes += step.kind == FusedStep::Kind::kPush ? 1 : 0;
  }
  EXPECT_EQ(pushes, 1);
  EXPECT_EQ(fused.peers(fused.steps().front().peers).size(), 3U);
}

}  // namespace

}  // namespace ringwood
