#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
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

  /// A rank's program, behind the rounds that have been served.
  [[nodiscard]] Program start(Rank rank) const {
    Program program = instance.program(rank);
    for (const std::uint32_t left_out : served) {
      while (program.advance() == Step::kRound && !carries(program.round())) {
      }
      program.skip(left_out);
    }
    return program;
  }

  /// Whether anything is in a round: those of no bytes are none.
  [[nodiscard, gnu::always_inline]] bool carries(std::span<const Operation> round) const {
    if (!round.empty() && bytes.of(round.front().chunks) > 0) [[likely]] {
      return true;
    }
    return std::any_of(round.begin(), round.end(),
                       [this](const Operation& operation) { return bytes.of(operation.chunks) > 0; });
  }

  static constexpr std::size_t kAhead = 8;
  const Rank ranks;
  const ChunkBytes bytes;
  ScheduleInstance instance;
  StepService<kForm> service;
  OfRanks<Program> programs;
  std::vector<std::uint32_t> served;  ///< of all ranks: how many rounds each one was followed by, as it had promised
};

/// What ranks in lock-step did.
struct LockStepEnd {
  std::int64_t rounds = 0;   ///< that were served
  std::size_t reserved = 0;  ///< bytes that it took
  bool everybody_ended = false;
};

}  // namespace ringwood
