#include "schedule/plan_trace.hpp"

namespace ringwood {

namespace {

void add_operation(ProgramTrace& trace, const Operation& operation, const Layout& layout) {
  const auto begin = static_cast<std::uint32_t>(trace.pieces.size());
  operation.chunks.for_each_interval([&](ChunkInterval chunks) {
    const ByteInterval piece{layout.offset(chunks.first), layout.offset(chunks.first + chunks.count)};
    if (piece.bytes() == 0) {
      return;
    }
    if (trace.pieces.size() > begin && trace.pieces.back().end == piece.begin) {
      trace.pieces.back().end = piece.end;
    } else {
      trace.pieces.push_back(piece);
    }
  });
  const auto end = static_cast<std::uint32_t>(trace.pieces.size());
  if (begin < end) {
    trace.operations.push_back({.peer = operation.peer,
                                .kind = operation.kind,
                                .side = operation.side,
                                .plane = operation.plane,
                                .target_plane = operation.target_plane,
                                .pieces = {begin, end}});
  }
}

void add_strand(ProgramTrace& trace, TracedStrand& strand, Program& program, const Layout& layout) {
  strand.lane = program.lane();
  for (Step step = program.advance(); step != Step::kEnd; step = program.advance()) {
    if (step == Step::kFork) {
      if (strand.rounds.empty() || !strand.rounds.back().lanes.empty()) {
        strand.rounds.emplace_back();
      }
      for (Program& lane : program.lanes()) {
        add_strand(trace, strand.rounds.back().lanes.emplace_back(), lane, layout);
      }
      continue;
    }
    TracedRound& round = strand.rounds.emplace_back();
    round.operations.begin = static_cast<std::uint32_t>(trace.operations.size());
    for (const Operation& operation : program.round()) {
      add_operation(trace, operation, layout);
    }
    round.operations.end = static_cast<std::uint32_t>(trace.operations.size());
  }
}

}  // namespace

ProgramTrace trace(const Schedule& schedule, const Layout& layout, Rank me) {
  const ScheduleInstance instance(schedule);
  Program program = instance.program(me);
  ProgramTrace result;
  add_strand(result, result.strand, program, layout);
  return result;
}

}  // namespace ringwood
