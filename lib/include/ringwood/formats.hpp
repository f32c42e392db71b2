#pragma once

#include <string>
#include <string_view>

#include "ringwood/layout.hpp"
#include "ringwood/recorded.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// What readers of schedules accept. They throw Error(kInput) as "NAME:LINE:COLUMN: expected ..., found ...", where
/// NAME is what the caller calls the text: a path.
struct FormatLimits {
  std::size_t bytes = std::size_t{64} << 20U;
  Rank ranks = 65536;
  std::size_t operations = kMostRecordedOperations;
  /// Chunks of all vectors and scratch planes of all ranks together: what the verifier needs 4 bytes each for.
  std::int64_t cells = std::int64_t{1} << 27U;
  /// Chunk intervals of all operations, where they are not an interval or a stride.
  std::size_t intervals = std::size_t{1} << 24U;
};

/// ringwood.schedule/1, our own text form: lib/formats/README.md has the grammar. Canonical: equal schedules give equal
/// bytes, and reading gives back what was written, operation for operation.
[[nodiscard]] std::string write_schedule_text(const RecordedSchedule& schedule);
[[nodiscard]] RecordedSchedule read_schedule_text(std::string_view text, const std::string& name,
                                                  const FormatLimits& limits = {});

/// MSCCL XML (microsoft/msccl). Reading carries the file out in a fixed order and records that order as one lane of
/// rounds a rank, in which every message is sent and received in rounds of the same number: so it ends under
/// rendezvous. Thread blocks that the file lets run at different speeds run in step here, and a race between
/// thread blocks that lack a dependency is not seen. What the XML cannot say is refused by name.
[[nodiscard]] RecordedSchedule read_msccl_xml(std::string_view text, const std::string& name,
                                              const FormatLimits& limits = {});

/// Writes allreduce, reduce-scatter, allgather and broadcast, in place, on one channel a lane. Throws
/// Error(kUsage) for what MSCCL has no words for: it says what.
[[nodiscard]] std::string write_msccl_xml(const RecordedSchedule& schedule);

/// The text form of GOAL (LogGOPSim, ATLAHS): the messages, in bytes under the layout, with what must be done before.
/// Reductions are `calc`s of so many nanoseconds, or of whatever the unit is, a byte.
[[nodiscard]] std::string write_goal(const RecordedSchedule& schedule, const Layout& layout,
                                     double reduction_ns_per_byte);

/// A file that holds a schedule in any of the forms above, recognised by its content.
[[nodiscard]] RecordedSchedule read_schedule_file(const std::string& path, const FormatLimits& limits = {});

}  // namespace ringwood
