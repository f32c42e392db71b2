// What the executor costs by itself: an 8-byte recursive-doubling allreduce over a transport that moves nothing.

#include <benchmark/benchmark.h>

#include <vector>

#include "algorithms/catalogue.hpp"
#include "ringwood/layouts.hpp"
#include "schedule/executor.hpp"

namespace ringwood {

namespace {

class IdleTransport final : public Transport {
 public:
  Ticket start_send(Rank, Lane, std::span<const std::byte>) override { return started_++; }

  Ticket start_receive(Rank, Lane, std::span<std::byte>) override { return started_++; }

  Ticket wait_any() override { return ended_++; }

  std::optional<Ticket> test_any() override { return ended_ < started_ ? std::optional(ended_++) : std::nullopt; }

 private:
  Ticket started_ = 0;
  Ticket ended_ = 0;
};

/// items: rounds.
void replay(benchmark::State& state) {
  const auto ranks = static_cast<Rank>(state.range(0));
  const Schedule schedule(allreduce_recursive_doubling, {.ranks = ranks});
  const Plan plan = compile(schedule, equal_layout(schedule, 1, 8), 0);
  const auto reduction = built_in_reduction(ElementType::kDouble, ReduceOperator::kSum);
  const std::vector<std::byte> send(8);
  std::vector<std::byte> receive(8);
  std::vector<std::byte> scratch(static_cast<std::size_t>(plan.scratch_bytes()));
  Executor executor;
  for (auto _ : state) {
    IdleTransport transport;
    executor.execute(plan, {send.data(), receive.data(), scratch.data()}, &*reduction, transport);
    benchmark::ClobberMemory();
  }
  const auto rounds = static_cast<std::int64_t>(plan.rounds(plan.strands().front()).size());
  state.SetItemsProcessed(state.iterations() * rounds);
}

BENCHMARK(replay)->Arg(2)->Arg(1 << 20);

}  // namespace

}  // namespace ringwood
