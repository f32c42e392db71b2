#include "ringwood/forecast.hpp"

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/schedule.hpp"
#include "sim/simulate.hpp"
#include "topology/machine.hpp"

namespace ringwood {

namespace {

[[nodiscard]] CostModel model_named(const std::string& name) {
  if (name == "loggops") {
    return CostModel::kLogGops;
  }
  if (name == "flow") {
    return CostModel::kFlow;
  }
  throw Error(ErrorKind::kUsage, "model '" + name + "' is unknown; accepted: loggops, flow");
}

}  // namespace

Forecast forecast(const Library& library, Collective collective, std::string_view algorithm, Rank ranks, Bytes bytes,
                  const ForecastOptions& options) {
  if (bytes < 0 || options.element_size < 1 || bytes % options.element_size != 0) {
    throw Error(ErrorKind::kUsage, "size " + std::to_string(bytes) + " is not a multiple of the " +
                                       std::to_string(options.element_size) + " bytes of an element");
  }
  const Machine machine = options.machine.empty() ? default_machine(ranks) : make_machine(options.machine);
  const Mapping mapping = make_mapping(options.map, machine, ranks);
  const Placement placement = placement_of(machine, mapping);
  const Schedule schedule(
      library, collective, parse_expression(algorithm),
      {.ranks = ranks, .root = options.root, .commutative = options.commutative, .placement = &placement});
  SimulationOptions simulation;
  simulation.model = model_named(options.model);
  const Layout layout = equal_layout(schedule, bytes / options.element_size, options.element_size);
  const SimulationReport report = simulate(schedule, layout, machine, mapping, simulation);
  Forecast forecast{.seconds = seconds(report.time),
                    .rounds = report.rounds,
                    .messages = report.messages,
                    .bytes_sent_max = report.bytes_sent_max};
  for (const Picoseconds finish : report.finish) {
    forecast.finish_s.push_back(seconds(finish));
  }
  return forecast;
}

}  // namespace ringwood
