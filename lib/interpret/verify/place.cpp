#include "interpret/verify/place.hpp"

namespace ringwood {

std::string what(OperationKind kind, Rank peer) {
  switch (kind) {
    case OperationKind::kSend:
      return "send to " + std::to_string(peer);
    case OperationKind::kReceive:
    case OperationKind::kReceiveReduce:
      return "receive from " + std::to_string(peer);
    case OperationKind::kReduce:
      return "local reduction";
    case OperationKind::kCopy:
      return "local copy";
  }
  return "";
}

std::string line_of(const Operation* source, const RecordedSchedule* recorded) {
  const std::uint32_t line = recorded == nullptr ? 0 : recorded->line_of(source);
  return line == 0 ? "" : ", line " + std::to_string(line);
}

std::string text_of(const Place& place, const RecordedSchedule* recorded) {
  return "rank " + std::to_string(place.rank) + ", round " + std::to_string(place.round) +
         (place.lane < 0 ? "" : ", lane " + std::to_string(place.lane)) + line_of(place.source, recorded) + ", " +
         what(place.kind, place.peer);
}

}  // namespace ringwood
