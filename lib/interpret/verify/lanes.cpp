// Strands that run side by side, from their fork to their join.

#include <algorithm>

#include "interpret/verify/run.hpp"

namespace ringwood {

void Run::fork(StrandId id) {
  strands_[id].lanes.clear();
  for (Program& lane : strands_[id].program->lanes()) {
    const StrandId child = add_strand(lane, strands_[id].rank, id);
    strands_[id].lanes.push_back(child);
  }
  strands_[id].running = strands_[id].lanes.size();
}

void Run::end_strand(StrandId id) {
  Strand& strand = strands_[id];
  strand.ended = true;
  if (strand.parent == kNone) {
    return;
  }
  Strand& parent = strands_[strand.parent];
  if (--parent.running == 0) {
    join_lanes(parent);
    ready_.push_back(strand.parent);
  }
}

void Run::join_lanes(Strand& parent) {
  std::vector<Touch> touches;
  for (std::size_t i = 0; i < parent.lanes.size(); ++i) {
    const Strand& lane = strands_[parent.lanes[i]];
    parent.level = std::max(parent.level, lane.level);
    for (Touch touch : lane.touches) {
      touch.owner = static_cast<int>(i);
      touches.push_back(touch);
    }
  }
  if (const auto conflict = find_conflict(touches)) {
    const Strand& first = strands_[parent.lanes[static_cast<std::size_t>(conflict->first_owner)]];
    const Strand& second = strands_[parent.lanes[static_cast<std::size_t>(conflict->second_owner)]];
    throw Violation(where(parent) + ": lanes " + std::to_string(first.lane) + " and " + std::to_string(second.lane) +
                    " both touch chunk " + std::to_string(conflict->chunk) + " of plane " +
                    std::to_string(conflict->plane) + ", and one of them writes it");
  }
  if (parent.parent != kNone) {
    for (Touch touch : touches) {
      touch.owner = 0;
      parent.touches.push_back(touch);
    }
    merge_touches(parent.touches);
    parent.merged_touches = parent.touches.size();
  }
  unused_.insert(unused_.end(), parent.lanes.begin(), parent.lanes.end());
  parent.lanes.clear();
}

}  // namespace ringwood
