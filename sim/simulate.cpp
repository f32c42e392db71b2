#include "sim/simulate.hpp"

#include <string>

#include "ringwood/error.hpp"
#include "sim/engine.hpp"

namespace ringwood {

namespace {

void check(const SimulationInput& input) {
  const Rank ranks = input.schedule.ranks();
  if (input.mapping.size() != static_cast<std::size_t>(ranks)) {
    throw Error(ErrorKind::kUsage, "the mapping places " + std::to_string(input.mapping.size()) + " ranks, and the " +
                                       "schedule has " + std::to_string(ranks));
  }
  if (input.layout.chunks() != input.schedule.chunks()) {
    throw Error(ErrorKind::kUsage, "the layout has " + std::to_string(input.layout.chunks()) + " chunks, and the " +
                                       "schedule has " + std::to_string(input.schedule.chunks()));
  }
  const Host hosts = input.machine.network->hosts();
  for (Rank rank = 0; rank < ranks; ++rank) {
    const Host host = input.mapping[static_cast<std::size_t>(rank)];
    if (host < 0 || host >= hosts) {
      throw Error(ErrorKind::kUsage, "rank " + std::to_string(rank) + " is placed on host " + std::to_string(host) +
                                         "; the machine has hosts 0 to " + std::to_string(hosts - 1));
    }
  }
}

/// Whether rank 0 forks: nearly always all ranks do or none, and a rank's program alone costs next to nothing.
bool first_rank_forks(const Schedule& schedule) {
  const ScheduleInstance instance(schedule);
  Program program = instance.program(0);
  Step step = program.advance();
  while (step == Step::kRound) {
    step = program.advance();
  }
  return step == Step::kFork;
}

SimulationReport run_fastest(const SimulationInput& input) {
  if (input.options.operations != nullptr || first_rank_forks(input.schedule)) {
    return run_event_queue(input);
  }
  MessageLog* log = input.options.log;
  const std::size_t logged = log == nullptr ? 0 : log->size();
  if (std::optional<SimulationReport> report = run_data_flow(input)) {
    return *std::move(report);
  }
  if (log != nullptr) {
    log->resize(logged);
  }
  return run_event_queue(input);
}

}  // namespace

SimulationReport simulate(const Schedule& schedule, const Layout& layout, const Machine& machine,
                          const Mapping& mapping, const SimulationOptions& options) {
  const SimulationInput input{schedule, layout, machine, mapping, options};
  check(input);
  switch (options.engine) {
    case Engine::kAutomatic:
      return run_fastest(input);
    case Engine::kDataFlow:
      if (std::optional<SimulationReport> report = run_data_flow(input)) {
        return *std::move(report);
      }
      throw Error(ErrorKind::kUsage, "engine data-flow cannot run " + schedule.name() +
                                         ", whose ranks run several lanes side by side; accepted: automatic, "
                                         "event-queue");
    case Engine::kEventQueue:
      return run_event_queue(input);
  }
  return {};
}

}  // namespace ringwood
