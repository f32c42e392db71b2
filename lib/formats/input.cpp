#include "formats/input.hpp"

#include <algorithm>

#include "ringwood/error.hpp"
#include "schedule/contract.hpp"

namespace ringwood {

TextPlace place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n');
  return {.line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          .column = line_start == std::string_view::npos ? before.size() + 1 : before.size() - line_start};
}

void fail_at(const std::string& name, TextPlace place, const std::string& message) {
  throw Error(ErrorKind::kInput,
              name + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + message);
}

Budget::Budget(const RecordedSchedule& schedule, const FormatLimits& limits)
    : schedule_(schedule), limits_(limits), vectors_(schedule.ranks) {}

std::string Budget::check_header() const {
  const Chunk blocks = blocks_of(contract_of(schedule_.collective), schedule_.ranks);
  if (schedule_.chunks % blocks != 0) {
    return std::to_string(schedule_.chunks) + " chunks; accepted for " + std::string(name_of(schedule_.collective)) +
           " among " + std::to_string(schedule_.ranks) + " ranks: a multiple of " + std::to_string(blocks);
  }
  if (schedule_.chunks > limits_.cells / schedule_.ranks) {
    return std::to_string(schedule_.chunks) + " chunks on " + std::to_string(schedule_.ranks) +
           " ranks; accepted: at most " + std::to_string(limits_.cells) + " in all";
  }
  return "";
}

bool Budget::add_plane(Rank rank, Plane plane) {
  if (plane == 0) {
    return true;
  }
  planes_.resize(std::max(planes_.size(), static_cast<std::size_t>(rank) + 1));
  std::vector<bool>& seen = planes_[static_cast<std::size_t>(rank)];
  seen.resize(std::max(seen.size(), std::size_t{plane} + 1));
  vectors_ += seen[plane] ? 0 : 1;
  seen[plane] = true;
  return schedule_.chunks <= limits_.cells / vectors_;
}

std::string Budget::add_operation(Rank rank, const Operation& operation, std::size_t intervals) {
  ++operations_;
  intervals_ += intervals;
  if (operations_ > limits_.operations) {
    return "more operations than " + std::to_string(limits_.operations) + ", which is the most accepted";
  }
  if (intervals_ > limits_.intervals) {
    return "more intervals of chunks than " + std::to_string(limits_.intervals) + ", which is the most accepted";
  }
  if (!add_plane(rank, operation.plane) || !add_plane(rank, operation.target_plane)) {
    return "more scratch planes than there is room for: " + std::to_string(limits_.cells) +
           " chunks in all planes of all ranks";
  }
  return "";
}

}  // namespace ringwood
