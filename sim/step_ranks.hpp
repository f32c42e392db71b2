#pragma once

#include <vector>

#include "base/huge_pages.hpp"
#include "sim/chunk_bytes.hpp"
#include "sim/step_group.hpp"
#include "sim/step_service.hpp"

namespace ringwood {

/// One value a rank.
template <typename Value>
using OfRanks = std::vector<Value, HugePageAllocator<Value>>;

/// What the ways to evaluate ranks in step have in common, so that one can take over from the other.
template <LogGopsForm kForm>
struct StepRanks {
  explicit StepRanks(const SimulationInput& input)
      : ranks(input.schedule.ranks()),
        bytes(input.layout),
        instance(input.schedule),
        service(input),
        programs(static_cast<std::size_t>(ranks)) {}

  [[nodiscard]] static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }

  /// The ranks' frames are on their way into the cache when it is their turn.
  void prefetch_behind(Rank rank) const { programs[std::min(index(rank) + kAhead, programs.size() - 1)].prefetch(); }

  /// Bytes that they take.
  [[nodiscard]] std::size_t reserved() const {
    return instance.reserved() + service.reserved() + programs.size() * sizeof(Program);
  }

  static constexpr std::size_t kAhead = 8;
  const Rank ranks;
  const ChunkBytes bytes;
  ScheduleInstance instance;
  StepService<kForm> service;
  OfRanks<Program> programs;
};

/// Where ranks in lock-step stopped.
struct LockStepEnd {
  Rank created = 0;          ///< ranks that have a program: the first ones
  Rank advanced = 0;         ///< ranks that were advanced to something that was not served: the first ones
  Step step = Step::kEnd;    ///< to what, but for those of the last group
  std::vector<Step> last;    ///< those
  std::int32_t rounds = 0;   ///< that were served
  std::size_t reserved = 0;  ///< bytes that it took
  bool everybody_ended = false;

  [[nodiscard]] Step step_of(Rank rank) const {
    const auto back = static_cast<std::size_t>(advanced - rank);
    return back > last.size() ? step : last[last.size() - back];
  }
};

}  // namespace ringwood
