#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "ringwood/schedule.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

struct RecordedStrand;

/// One step of a recorded program: a round of operations, or, if it has lanes, a fork.
struct RecordedStep {
  std::vector<Operation> operations;
  std::vector<std::uint32_t> lines;   ///< of a file, one an operation; empty if it comes from none
  std::vector<RecordedStrand> lanes;  ///< the programs of a fork
};

/// What one strand of a rank does, from its start to its end.
struct RecordedStrand {
  std::vector<RecordedStep> steps;
};

/// A schedule as data: every rank's rounds and lanes, for one number of ranks. It comes from a file (formats.hpp) or
/// from any schedule (`record`), and is an algorithm like any other (`schedule_of`). Move-only: operations refer to
/// `lists`.
struct RecordedSchedule {
  RecordedSchedule() = default;
  RecordedSchedule(RecordedSchedule&&) = default;
  RecordedSchedule& operator=(RecordedSchedule&&) = default;
  RecordedSchedule(const RecordedSchedule&) = delete;
  RecordedSchedule& operator=(const RecordedSchedule&) = delete;

  Collective collective = Collective::kAllreduce;
  std::string algorithm;  ///< where it comes from, for people: "pat:aggregation=4"; one line, may be empty
  Rank ranks = 1;
  Rank root = 0;
  Chunk chunks = 1;
  bool commutative = true;                       ///< the operator must commute
  std::vector<RecordedStrand> programs;          ///< one a rank
  std::deque<std::vector<ChunkInterval>> lists;  ///< of the operations whose chunks are lists; addresses stay

  /// A set of these chunks that lives as long as this schedule; inline where a chunk set can be.
  [[nodiscard]] ChunkSet own(std::vector<ChunkInterval> intervals);

  /// The line that the operation was read from; 0 if it is none of this schedule's, or comes from no file.
  [[nodiscard]] std::uint32_t line_of(const Operation* operation) const;
};

/// Most operations that a recorded schedule has, all ranks together.
inline constexpr std::size_t kMostRecordedOperations = std::size_t{1} << 24U;

/// All rounds of the schedule. It is recorded as needing an operator that commutes if that is what it was asked for
/// (Schedule::Request::commutative). Throws Error(kUsage) if it has more than kMostRecordedOperations, and what its
/// programs throw.
[[nodiscard]] RecordedSchedule record(const Schedule& schedule);

/// The algorithm "file", which does what Problem::recorded says, as the collective that it is recorded for.
[[nodiscard]] const Algorithm& recorded_algorithm(Collective collective);

/// The recorded schedule as a schedule: verified, simulated, run like any other. It is not owned, and must live as
/// long.
[[nodiscard]] Schedule schedule_of(const RecordedSchedule& recorded);

}  // namespace ringwood
