#pragma once

#include <cstddef>
#include <string>

#include "ringwood/formats.hpp"

namespace ringwood {

/// A place in a text; both count from 1.
struct TextPlace {
  std::size_t line = 1;
  std::size_t column = 1;
};

[[nodiscard]] TextPlace place_of(std::string_view text, std::size_t offset);

/// Throws Error(kInput): "NAME:LINE:COLUMN: MESSAGE".
[[noreturn]] void fail_at(const std::string& name, TextPlace place, const std::string& message);

/// Counts what a reader takes in, and says when it is too much (an empty text: it is not).
class Budget {
 public:
  Budget(const RecordedSchedule& schedule, const FormatLimits& limits);

  /// For what the header says: ranks and chunks, and that the collective can have so many.
  [[nodiscard]] std::string check_header() const;

  [[nodiscard]] std::string add_operation(Rank rank, const Operation& operation, std::size_t intervals);

 private:
  [[nodiscard]] bool add_plane(Rank rank, Plane plane);

  const RecordedSchedule& schedule_;
  FormatLimits limits_;
  std::size_t operations_ = 0;
  std::size_t intervals_ = 0;
  std::int64_t vectors_ = 0;
  std::vector<std::vector<bool>> planes_;  // by rank: those that were seen
};

}  // namespace ringwood
