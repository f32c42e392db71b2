#include "select/messages.hpp"

#include <algorithm>
#include <set>

namespace ringwood {

namespace {

/// Of a program and its lanes.
[[nodiscard]] std::int64_t messages_of(Program& program) {
  std::int64_t messages = 0;
  for (;;) {
    switch (program.advance()) {
      case Step::kRound: {
        const std::uint32_t alike = program.alike();
        messages +=
            std::ranges::count(program.round(), OperationKind::kSend, &Operation::kind) * (1 + std::int64_t{alike});
        program.skip(alike);
        break;
      }
      case Step::kFork:
        for (Program& lane : program.lanes()) {
          messages += messages_of(lane);
        }
        break;
      case Step::kEnd:
        return messages;
    }
  }
}

}  // namespace

std::int64_t messages_of_a_rank(const Schedule& schedule) {
  const ScheduleInstance instance(schedule);
  std::int64_t most = 0;
  for (const Rank rank : std::set<Rank>{0, schedule.ranks() / 2, schedule.ranks() - 1}) {
    Program program = instance.program(rank);
    most = std::max(most, messages_of(program));
  }
  return most;
}

}  // namespace ringwood
