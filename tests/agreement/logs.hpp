#pragma once

// The messages of a schedule, as each interpreter saw them.

#include <string>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/schedule.hpp"
#include "schedule/message_log.hpp"

namespace ringwood {

inline void append_messages(Program& program, const Layout& layout, Rank me, MessageLog& log) {
  for (Step step = program.advance(); step != Step::kEnd; step = program.advance()) {
    if (step == Step::kFork) {
      for (Program& lane : program.lanes()) {
        append_messages(lane, layout, me, log);
      }
      continue;
    }
    for (const Operation& operation : program.round()) {
      const Bytes bytes = layout.bytes(operation.chunks);
      if (operation.kind == OperationKind::kSend && bytes > 0) {
        log.push_back({me, operation.peer, program.lane(), bytes});
      }
    }
  }
}

/// What the programs alone say; sorted.
inline MessageLog messages_of_programs(const Schedule& schedule, const Layout& layout) {
  MessageLog log;
  const ScheduleInstance instance(schedule);
  for (Rank rank = 0; rank < schedule.ranks(); ++rank) {
    Program program = instance.program(rank);
    append_messages(program, layout, rank, log);
  }
  sort_messages(log);
  return log;
}

/// "ring" or "lanes(2, ring)", for one collective.
struct Named {
  Collective collective;
  std::string expression;
};

/// Every algorithm of the catalogue and a few expressions.
inline std::vector<Named> everything() {
  std::vector<Named> names;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    names.push_back({algorithm->collective, std::string(algorithm->name)});
  }
  for (const char* expression : {"lanes(2, ring)", "lanes(3, circulant)", "then(circulant, bruck)",
                                 "lanes(2, then(ring, ring))", "hier(node=ring, network=ring)"}) {
    names.push_back({Collective::kAllreduce, expression});
  }
  names.push_back({Collective::kAllgather, "lanes(2, ring)"});
  names.push_back({Collective::kReduceScatter, "lanes(2, ring)"});
  return names;
}

/// Nodes of two ranks.
inline Placement pairs(Rank ranks) {
  Placement::Level nodes{.name = "node", .group_of = {}};
  for (Rank rank = 0; rank < ranks; ++rank) {
    nodes.group_of.push_back(rank / 2);
  }
  std::vector<Placement::Level> levels;
  levels.push_back(nodes);
  return Placement(levels);
}

/// Whether there is such a schedule for so many ranks; others are refused, which other tests look at.
inline bool can_do(const Named& named, const Schedule::Request& request) {
  try {
    (void)Schedule(built_in_library(), named.collective, parse_expression(named.expression), request);
    return true;
  } catch (const Error&) {
    return false;
  }
}

inline std::vector<Bytes> sizes_for(Rank ranks) {
  return {0, 1, ranks + 1, 1000};
}

}  // namespace ringwood
