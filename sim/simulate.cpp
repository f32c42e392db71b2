#include "sim/simulate.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "ringwood/error.hpp"
#include "sim/engine.hpp"
#include "sim/level_table.hpp"
#include "sim/nics.hpp"
#include "sim/pair_costs.hpp"
#include "sim/symmetry.hpp"

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

/// The flow model has one engine, and no reading of LogGOPS in which CPUs take bytes in as they come.
void check_flow(const SimulationOptions& options) {
  if (options.engine != Engine::kAutomatic) {
    throw Error(ErrorKind::kUsage, "the flow model has one engine of its own; accepted: automatic");
  }
  if (options.form != LogGopsForm::kTextbook) {
    throw Error(ErrorKind::kUsage, "the flow model has no LogGOPS of the simulator's form; accepted: textbook");
  }
  check_nics(options.nics, options.model);
  if (options.order != ServiceOrder::kPosted) {
    throw Error(ErrorKind::kUsage, "the flow model serves operations in posted order; accepted: posted");
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

// With fewer ranks there is nothing to gain.
constexpr Rank kWorthSymmetry = 256;

// Each straggler leaves a few pieces.
constexpr std::size_t kRanksPerStraggler = 32;

/// Why the options allow no use of symmetry, or nullptr if they do.
[[nodiscard]] const char* need_all_ranks(const SimulationOptions& options) {
  if (!options.noise.none()) {
    return "each rank has noise of its own";
  }
  if (options.nics.count > 1) {
    return "ranks have several NICs";
  }
  if (!options.symmetry) {
    return "the use of symmetry is switched off";
  }
  const bool all = options.critical_path || options.log != nullptr || options.operations != nullptr;
  return all ? "the critical path or a list of all messages or operations is asked for" : nullptr;
}

std::optional<SimulationReport> run_orbits(const SimulationInput& input, const Orbits& orbits) {
  if (input.options.stragglers.empty()) {
    return run_quotient(input, orbits);
  }
  const bool may_wait = PairCosts::may_wait_for_receives(input.machine, input.layout.total_bytes());
  const bool few = input.options.stragglers.size() <= input.mapping.size() / kRanksPerStraggler;
  const bool possible = few && !may_wait && orbits.kind() == Symmetry::kRotation;
  return possible ? run_piecewise_affine(input, orbits) : std::nullopt;
}

/// Nothing, or the reason in `refused`, if all ranks must be evaluated.
std::optional<SimulationReport> run_symmetric(const SimulationInput& input, std::string& refused) {
  try {
    const FoundSymmetry found = find_symmetry(input);
    refused = found.refused;
    return found.orbits ? run_orbits(input, *found.orbits) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;  // whether that is so, and of which rank, says the evaluation of all ranks
  }
}

SimulationReport run_all_ranks(const SimulationInput& input) {
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

SimulationReport run_fastest(const SimulationInput& input) {
  if (input.options.operations != nullptr) {
    return run_event_queue(input);
  }
  std::string refused;
  if (need_all_ranks(input.options) == nullptr && input.schedule.ranks() >= kWorthSymmetry) {
    if (std::optional<SimulationReport> report = run_symmetric(input, refused)) {
      return *std::move(report);
    }
  }
  SimulationReport report = first_rank_forks(input.schedule) ? run_event_queue(input) : run_all_ranks(input);
  report.claim_refused = refused;
  return report;
}

/// For a symmetric engine that the user asks for.
SimulationReport run_forced(const SimulationInput& input, const std::string& engine, bool stragglers) {
  const std::string cannot = "engine " + engine + " cannot run " + input.schedule.name() + " here: ";
  if (const char* reason = need_all_ranks(input.options)) {
    throw Error(ErrorKind::kUsage, cannot + reason);
  }
  if (stragglers == input.options.stragglers.empty()) {
    throw Error(ErrorKind::kUsage, cannot + (stragglers ? "there are no stragglers" : "there are stragglers"));
  }
  std::string refused;
  if (std::optional<SimulationReport> report = run_symmetric(input, refused)) {
    return *std::move(report);
  }
  throw Error(ErrorKind::kUsage, cannot + "its ranks are not alike" + (refused.empty() ? "" : ": " + refused) +
                                     "; accepted: automatic, data-flow, event-queue");
}

void check(const std::vector<Straggler>& stragglers, Rank ranks) {
  std::vector<Rank> seen;
  for (const Straggler& straggler : stragglers) {
    if (straggler.rank < 0 || straggler.rank >= ranks) {
      throw Error(ErrorKind::kUsage, "straggler " + std::to_string(straggler.rank) + " is not one of the " +
                                         std::to_string(ranks) + " ranks");
    }
    if (straggler.arrival < 0 || straggler.arrival > kLatestTime || straggler.cpu_percent < 1 ||
        straggler.cpu_percent > kSlowestPercent) {
      throw Error(ErrorKind::kUsage, "straggler " + std::to_string(straggler.rank) + " arrives at " +
                                         std::to_string(straggler.arrival) + " ps and takes " +
                                         std::to_string(straggler.cpu_percent) + " %; accepted: from 0 ps, 1 to " +
                                         std::to_string(kSlowestPercent) + " %");
    }
    seen.push_back(straggler.rank);
  }
  std::sort(seen.begin(), seen.end());
  if (const auto twice = std::adjacent_find(seen.begin(), seen.end()); twice != seen.end()) {
    throw Error(ErrorKind::kUsage, "rank " + std::to_string(*twice) + " is named as a straggler twice");
  }
}

/// Why the table cannot serve, or nullptr.
[[nodiscard]] const char* need_no_table(const SimulationOptions& options) {
  const bool logs = options.critical_path || options.log != nullptr || options.operations != nullptr;
  return logs                     ? "the critical path or a list of all messages or operations is asked for"
         : !options.noise.none()  ? "each rank has noise of its own"
         : options.nics.count > 1 ? "ranks have several NICs"
                                  : nullptr;
}

SimulationReport run_table(const SimulationInput& input) {
  const std::string cannot = "engine table cannot run " + input.schedule.name() + " here: ";
  if (const char* reason = need_no_table(input.options)) {
    throw Error(ErrorKind::kUsage, cannot + reason);
  }
  const SimulationPoint point{&input.layout, &input.machine};
  if (const std::optional<LevelTable> table = compile_table(input, {&point, 1})) {
    return evaluate_table(*table, input, {&point, 1}).front();
  }
  static_cast<void>(run_all_ranks(input));  // which says what is wrong with the schedule, if anything is
  throw Error(ErrorKind::kUsage, cannot +
                                     "its ranks run several lanes, or wait for each other's receives in a circle; "
                                     "accepted: automatic, data-flow, event-queue");
}

/// What posted order gives, where its certificate says that this is what first come, first served gives. Lanes have no
/// program order that one could hold on to.
SimulationReport run_first_come_if_needed(const SimulationInput& input) {
  switch (input.options.engine) {
    case Engine::kAutomatic:
      if (!first_rank_forks(input.schedule)) {
        const std::size_t logged = input.options.log == nullptr ? 0 : input.options.log->size();
        const std::size_t served = input.options.operations == nullptr ? 0 : input.options.operations->size();
        SimulationReport report = run_fastest(input);
        if (report.order_sensitive == 0) {
          return report;
        }
        if (input.options.log != nullptr) {
          input.options.log->resize(logged);
        }
        if (input.options.operations != nullptr) {
          input.options.operations->resize(served);
        }
      }
      return run_first_come(input);
    case Engine::kEventQueue:
      return run_first_come(input);
    case Engine::kQuotient:
    case Engine::kPiecewiseAffine:
    case Engine::kDataFlow:
    case Engine::kTable:
      break;
  }
  throw Error(ErrorKind::kUsage,
              "this engine serves operations in posted order; for first come, first served accepted: "
              "automatic, event-queue");
}

SimulationReport run_loggops(const SimulationInput& input) {
  check_nics(input.options.nics, input.options.model);
  if (input.options.nics.count > 1 && input.options.order == ServiceOrder::kFirstCome) {
    throw Error(ErrorKind::kUsage, "first come, first served is for ranks with one NIC");
  }
  if (input.options.order == ServiceOrder::kFirstCome) {
    return run_first_come_if_needed(input);
  }
  switch (input.options.engine) {
    case Engine::kAutomatic:
      return run_fastest(input);
    case Engine::kQuotient:
      return run_forced(input, "quotient", false);
    case Engine::kPiecewiseAffine:
      return run_forced(input, "piecewise-affine", true);
    case Engine::kDataFlow:
      if (std::optional<SimulationReport> report = run_data_flow(input)) {
        return *std::move(report);
      }
      throw Error(ErrorKind::kUsage, "engine data-flow cannot run " + input.schedule.name() +
                                         ", whose ranks run several lanes side by side; accepted: automatic, "
                                         "event-queue");
    case Engine::kTable:
      return run_table(input);
    case Engine::kEventQueue:
      return run_event_queue(input);
  }
  return {};
}

/// What nothing else on the critical path explains was noise. Which NIC is the least busy depends on the order, of
/// which the certificate knows nothing.
SimulationReport finished(SimulationReport report, const SimulationOptions& options) {
  if (options.nics.count > 1) {
    report.order_sensitive.reset();
  }
  if (options.critical_path && !options.noise.none()) {
    CriticalPath& path = report.critical_path;
    path.noise =
        report.time - path.latency - path.overhead - path.bandwidth - path.sharing - path.reduction - path.waiting;
  }
  return report;
}

}  // namespace

SimulationReport simulate(const Schedule& schedule, const Layout& layout, const Machine& machine,
                          const Mapping& mapping, const SimulationOptions& options) {
  const SimulationInput input{schedule, layout, machine, mapping, options};
  check(input);
  check(options.stragglers, schedule.ranks());
  switch (options.model) {
    case CostModel::kLogGops:
      return finished(run_loggops(input), options);
    case CostModel::kFlow:
      check_flow(options);
      return finished(run_flow(input), options);
  }
  return {};
}

namespace {

// A table of more would take more memory than the passes are worth: some 40 bytes a message.
constexpr std::int64_t kMostMessagesInTable = std::int64_t{1} << 24U;

/// As many points as fit in a pass, or nothing if they have to be simulated one by one.
std::optional<std::vector<SimulationReport>> simulate_pass(const Schedule& schedule,
                                                           std::span<const SimulationPoint> points,
                                                           const Mapping& mapping, const SimulationOptions& options) {
  if (!share_a_table(points)) {
    return std::nullopt;
  }
  const SimulationInput input{schedule, *points.front().layout, *points.front().machine, mapping, options};
  for (const SimulationPoint& point : points) {
    check({schedule, *point.layout, *point.machine, mapping, options});
  }
  const std::optional<LevelTable> table = compile_table(input, points);
  return table ? std::optional(evaluate_table(*table, input, points)) : std::nullopt;
}

}  // namespace

std::vector<SimulationReport> simulate_points(const Schedule& schedule, std::span<const SimulationPoint> points,
                                              const Mapping& mapping, const SimulationOptions& options) {
  std::vector<SimulationReport> reports;
  const auto simulate_next = [&] {
    const SimulationPoint& point = points[reports.size()];
    reports.push_back(simulate(schedule, *point.layout, *point.machine, mapping, options));
  };
  const bool may_share = options.model == CostModel::kLogGops && options.order == ServiceOrder::kPosted &&
                         (options.engine == Engine::kAutomatic || options.engine == Engine::kTable) &&
                         need_no_table(options) == nullptr;
  while (reports.size() < points.size()) {
    simulate_next();
    // Where ranks are alike, or run lanes, nothing is faster.
    const bool pays = may_share && reports.back().messages <= kMostMessagesInTable &&
                      (reports.back().engine == Engine::kDataFlow || reports.back().engine == Engine::kTable);
    while (pays && reports.size() < points.size()) {
      const std::size_t count = std::min(kPointsInAPass, points.size() - reports.size());
      auto pass = simulate_pass(schedule, points.subspan(reports.size(), count), mapping, options);
      if (!pass) {
        break;
      }
      std::move(pass->begin(), pass->end(), std::back_inserter(reports));
    }
  }
  return reports;
}

}  // namespace ringwood
