// plans of vectors up to 2^40 elements, by index arithmetic alone (for UBSan to look at), and carried out by all
// ranks in turns over a network that leaves bytes alone, on address space that nobody touches: each address must lie
// inside of its buffer.

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>

#include "algorithms/catalogue.hpp"
#include "ringwood/layouts.hpp"
#include "tests/fake_ranks.hpp"

namespace ringwood {
namespace {

/// Addresses, no memory.
class AddressSpace {
 public:
  explicit AddressSpace(Bytes bytes)
      : bytes_(static_cast<std::size_t>(bytes) + 1),
        at_(mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    if (at_ == MAP_FAILED) {
      throw Error(ErrorKind::kSystem, "no address space for " + std::to_string(bytes) + " bytes");
    }
  }

  AddressSpace(const AddressSpace&) = delete;
  AddressSpace& operator=(const AddressSpace&) = delete;

  ~AddressSpace() { munmap(at_, bytes_); }

  [[nodiscard]] std::byte* data() const { return static_cast<std::byte*>(at_); }

  [[nodiscard]] bool holds(const std::byte* from, std::size_t bytes) const {
    return from >= data() && from + bytes <= data() + bytes_ - 1;
  }

 private:
  std::size_t bytes_;
  void* at_;
};

/// Reductions that only look at addresses.
struct Looker {
  std::vector<const AddressSpace*> spaces;
  std::size_t element = 1;
  mutable std::int64_t reduced = 0;
  mutable int outside = 0;

  static void look(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count,
                   const void* context) {
    const Looker& me = *static_cast<const Looker*>(context);
    for (const std::byte* const from : {left, right, static_cast<const std::byte*>(result)}) {
      const bool inside = std::any_of(me.spaces.begin(), me.spaces.end(), [&](const AddressSpace* space) {
        return space->holds(from, count * me.element);
      });
      me.outside += inside ? 0 : 1;
    }
    me.reduced += static_cast<std::int64_t>(count);
  }
};

bool copies(const Plan& plan) {
  const auto is_copy = [](const Effect& effect) { return effect.kind == Effect::Kind::kCopy; };
  bool any = std::any_of(plan.start().begin(), plan.start().end(), is_copy) ||
             std::any_of(plan.finish().begin(), plan.finish().end(), is_copy);
  for (const PlanStrand& strand : plan.strands()) {
    for (const PlanRound& round : plan.rounds(strand)) {
      for (const PlanRange range : {round.packs, round.effects}) {
        any = any || std::any_of(plan.effects(range).begin(), plan.effects(range).end(), is_copy);
      }
    }
  }
  return any;
}

struct Totals {
  int plans = 0;
  int carried_out = 0;
  std::int64_t reduced = 0;
};

void carry_out(const Schedule& schedule, std::span<const Plan> plans, Bytes element, Totals& totals) {
  std::deque<AddressSpace> spaces;
  std::vector<Buffers> buffers;
  Looker looker{.spaces = {}, .element = static_cast<std::size_t>(element)};
  for (const Plan& plan : plans) {
    for (const Bytes bytes : {plan.send_bytes(), plan.receive_bytes(), plan.scratch_bytes()}) {
      looker.spaces.push_back(&spaces.emplace_back(bytes));
    }
    const auto last = spaces.end();
    buffers.push_back({last[-3].data(), last[-2].data(), last[-1].data()});
  }
  const Reduction reduction{
      .apply = Looker::look, .context = &looker, .element_size = element, .commutative = schedule.commutative()};
  FakeNetwork network(schedule.ranks(), FakeNetwork::Bytes::kLeftAlone);
  EXPECT_EQ(run_in_turns(plans, buffers, &reduction, network), "") << schedule.name();
  EXPECT_EQ(looker.outside, 0) << schedule.name();
  totals.reduced += looker.reduced;
  ++totals.carried_out;
}

void plan_and_carry_out(const Schedule& schedule, Bytes elements, Bytes element, Totals& totals) {
  const Layout layout = equal_layout(schedule, elements, element);
  ASSERT_EQ(layout.total_bytes(), elements * element);
  for (const BufferUse use : {BufferUse::kSeparate, BufferUse::kInPlace}) {
    std::vector<Plan> plans;
    for (Rank rank = 0; rank < schedule.ranks(); ++rank) {
      plans.push_back(compile(schedule, layout, rank, use));
      ASSERT_EQ(out_of_bounds(plans.back()), "") << schedule.name() << ", rank " << rank;
      ++totals.plans;
    }
    if (std::none_of(plans.begin(), plans.end(), copies)) {
      carry_out(schedule, plans, element, totals);
    }
  }
}

TEST(Huge, plans_of_up_to_2_to_the_40_elements_stay_inside) {
  constexpr Bytes kOne = 1;
  Totals totals;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (algorithm->collective == Collective::kBarrier) {
      continue;
    }
    for (const Rank ranks : {2, 3, 8}) {
      if (!why_not(*algorithm, {.ranks = ranks}).empty()) {
        continue;
      }
      const Schedule schedule(*algorithm, {.ranks = ranks});
      for (const Bytes elements : {(kOne << 31) - 1, kOne << 31, (kOne << 31) + 1, (kOne << 33) + 7, kOne << 40}) {
        plan_and_carry_out(schedule, elements, 1, totals);
      }
      plan_and_carry_out(schedule, (kOne << 37) + 1, 8, totals);
    }
  }
  EXPECT_GT(totals.plans, 5000);
  EXPECT_GT(totals.carried_out, 300);
  EXPECT_GT(totals.reduced, kOne << 40);
  std::printf("%d plans, %d runs of all ranks, %.3g elements reduced\n", totals.plans, totals.carried_out,
              static_cast<double>(totals.reduced));
}

TEST(Huge, counts_whose_sum_is_beyond_2_to_the_31) {
  const std::vector<std::size_t> counts{0, (std::size_t{1} << 31) + 1, 5, std::size_t{1} << 39};
  for (const Algorithm* algorithm : built_in_catalogue()) {
    const Collective asked = algorithm->collective;
    if ((asked != Collective::kAllgather && asked != Collective::kReduceScatter) ||
        !why_not(*algorithm, {.ranks = 4}).empty()) {
      continue;
    }
    const Schedule schedule(*algorithm, {.ranks = 4});
    if (schedule.chunks() % 4 != 0) {
      continue;
    }
    const Layout layout = Layout::counts(counts, 8, schedule.chunks());
    for (Rank rank = 0; rank < 4; ++rank) {
      EXPECT_EQ(out_of_bounds(compile(schedule, layout, rank)), "") << schedule.name() << ", rank " << rank;
    }
  }
}

}  // namespace
}  // namespace ringwood
