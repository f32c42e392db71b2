// What can be wrong with a round by itself.

#include "interpret/verify/run.hpp"

namespace ringwood {

void Run::check_operation(const Strand& strand, const Operation& operation) const {
  if (is_message(operation)) {
    if (operation.peer < 0 || operation.peer >= schedule_.ranks()) {
      throw Violation(where(strand) + line_of(strand, operation) + ": peer " + std::to_string(operation.peer) +
                      " is out of range; accepted: 0 to " + std::to_string(schedule_.ranks() - 1));
    }
    if (operation.peer == strand.rank) {
      throw Violation(where(strand) + line_of(strand, operation) + ": a message to itself");
    }
  }
  bool empty = true;
  operation.chunks.for_each_interval([&](ChunkInterval piece) {
    if (piece.count < 0 || piece.first < 0 || piece.first + piece.count > schedule_.chunks()) {
      throw Violation(where(strand, operation) + ": chunks " + std::to_string(piece.first) + " to " +
                      std::to_string(piece.first + piece.count - 1) + " are out of range; accepted: 0 to " +
                      std::to_string(schedule_.chunks() - 1));
    }
    empty = empty && piece.count == 0;
  });
  if (empty) {
    throw Violation(where(strand, operation) + ": an empty set of chunks");
  }
}

void Run::check_round_hazards(const Strand& strand) const {
  std::vector<Touch> touches;
  std::vector<const Operation*> operation_of;
  for (const Operation& operation : strand.operations) {
    if (is_receive(operation)) {
      // Each interval is an owner: a receive that names a chunk twice is a conflict with itself.
      operation.chunks.for_each_interval([&](ChunkInterval piece) {
        touches.push_back({.first = piece.first,
                           .end = piece.first + piece.count,
                           .owner = static_cast<int>(operation_of.size()),
                           .plane = operation.plane,
                           .exclusive = operation.kind == OperationKind::kReceive});
        operation_of.push_back(&operation);
      });
    }
  }
  if (touches.size() < 2) {
    return;
  }
  if (const auto conflict = find_conflict(touches)) {
    const Operation& first = *operation_of[static_cast<std::size_t>(conflict->first_owner)];
    const Operation& second = *operation_of[static_cast<std::size_t>(conflict->second_owner)];
    throw Violation(where(strand) + line_of(strand, second) + ": " + what(first) + " and " + what(second) +
                    " both write chunk " + std::to_string(conflict->chunk) + " of plane " +
                    std::to_string(conflict->plane) + " in one round");
  }
}

void Run::note_touches(Strand& strand) const {
  for (const Operation& operation : strand.operations) {
    const bool local = !is_message(operation);
    Touch touch{.plane = operation.plane, .exclusive = is_receive(operation)};
    add_touches(strand.touches, operation.chunks, touch);
    if (local) {
      touch.plane = operation.target_plane;
      touch.exclusive = true;
      add_touches(strand.touches, operation.chunks, touch);
    }
  }
  if (strand.touches.size() > 2 * strand.merged_touches + 64) {
    merge_touches(strand.touches);
    strand.merged_touches = strand.touches.size();
  }
}

}  // namespace ringwood
