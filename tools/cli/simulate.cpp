// ringwood simulate: time, traffic and critical path on a machine that need not exist.

#include <fmt/format.h>

#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "ringwood/verify.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/finished_points.hpp"
#include "tools/cli/given_schedule.hpp"
#include "tools/cli/grid.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/over_seeds.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/setup.hpp"
#include "tools/cli/simulation.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "file"},
    {.name = "algorithm", .fallback = "selected"},
    {.name = "ranks"},
    {.name = "sizes", .fallback = "1MiB"},
    {.name = "machine"},
    {.name = "map", .fallback = "block"},
    {.name = "model", .fallback = "loggops"},
    {.name = "loggops"},
    {.name = "gamma"},
    {.name = "loggops-form", .fallback = "textbook"},
    {.name = "order", .fallback = "posted"},
    {.name = "nics", .fallback = "1"},
    {.name = "nic"},
    {.name = "fairness", .fallback = "flow", .accepted = "flow, source"},
    {.name = "slow"},
    {.name = "arrival"},
    {.name = "noise"},
    {.name = "degrade"},
    {.name = "background"},
    {.name = "seed", .fallback = "1"},
    {.name = "seeds"},
    {.name = "critical-path"},
    {.name = "engine", .fallback = "automatic"},
    {.name = "no-symmetry"},
    {.name = "explain"},
    {.name = "sensitivity"},
    {.name = "report"},
    {.name = "trace"},
    {.name = "timeline"},
    {.name = "type", .fallback = "float"},
    {.name = "op", .fallback = "sum"},
    {.name = "root", .fallback = "0"},
    {.name = "stats"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv"},
    {.name = "quiet"},
};

/// A wrong schedule has no time: it is proved first.
int simulate_file(const Arguments& arguments, FinishedPoints& points) {
  if (seeds_of(arguments) > 0) {
    throw Error(ErrorKind::kUsage, "--seeds is for algorithms by name, and --file names none");
  }
  const std::vector<Bytes> sizes = sizes_of(arguments, element_size_of(arguments));
  const SimulationSettings settings(arguments);
  const FileSchedule file(arguments);
  const Site site(arguments, file.recorded().ranks);
  if (const VerifyReport report = verify(file.schedule()); !report.ok) {
    remark(fmt::format("ringwood simulate: {}: {}", arguments.text("file"), report.error));
    return 1;
  }
  Answers answers(arguments);
  const Simulator simulator(site, arguments, settings, answers.wanted() ? &answers : nullptr);
  for (const Bytes bytes : sizes) {
    points.add(simulator.record(file.schedule(), {file.name(), ""}, bytes));
  }
  points.finish();
  answers.finish();
  return 0;
}

/// The record's algorithm, also where it was selected, over the seeds that are asked for.
void add_seeds(Record& record, const Arguments& arguments, Collective collective, const Choice& choice) {
  if (seeds_of(arguments) == 0) {
    return;
  }
  Choice same = choice;
  if (choice.kind == Choice::Kind::kSelected) {
    const std::string parameters = text_field(record, "parameters");
    same = {.expression =
                parse_expression(text_field(record, "algorithm") + (parameters.empty() ? "" : ":" + parameters))};
  }
  const auto ranks = static_cast<Rank>(number_field(record, "ranks", 0));
  const auto bytes = static_cast<Bytes>(number_field(record, "bytes", 0));
  add_distribution(record, over_seeds(arguments, [&](const Arguments& seeded) {
                     const SimulationSettings settings(seeded);
                     const Site site(seeded, ranks);
                     return Simulator(site, seeded, settings).time_s({collective, same, bytes});
                   }));
}

int run(const Arguments& arguments) {
  FinishedPoints points(arguments.one_of("format", record_formats()));
  if (arguments.given("file")) {
    return simulate_file(arguments, points);
  }
  const Collective collective = collective_named(arguments.operands().front());
  const auto choices = parse_choices(arguments.text("algorithm"), collective, known_library());
  const std::vector<Bytes> sizes = sizes_of(arguments, element_size_of(arguments));
  const SimulationSettings settings(arguments);
  Answers answers(arguments);
  const std::vector<Rank> all_ranks = ranks_of(arguments);
  Progress progress("ringwood simulate", all_ranks.size() * sizes.size() * choices.size(), !arguments.given("quiet"));
  for (const Rank ranks : all_ranks) {
    const Site site(arguments, ranks);
    const Simulator simulator(site, arguments, settings, answers.wanted() ? &answers : nullptr);
    for (const Bytes bytes : sizes) {
      for (const Choice& choice : choices) {
        if (auto record = simulator.record({collective, choice, bytes})) {
          add_seeds(*record, arguments, collective, choice);
          points.add(*record);
        }
        progress.step();
      }
    }
  }
  progress.end();
  points.finish();
  answers.finish();
  return 0;
}

}  // namespace

constinit const Command simulate_command{
    .name = "simulate",
    .operands = "COLLECTIVE",
    .brief = "time, traffic and critical path on a machine that need not exist",
    .details =
        "Without --machine: a typical cluster with one host a rank. Without --ranks: all slots of the\n"
        "machine, or 16. The critical path is told for schedules of up to 65536 messages. A schedule\n"
        "from a file (--file) is proved before.\n"
        "--model flow lets messages share the links of their routes, max-min fairly; routing names how\n"
        "these are chosen (`list machines` has each machine's: routing=adaptive, ...), fairness\n"
        "whether messages or hosts are treated alike. --order first-come serves what is ready first, as LogGOPSim "
        "does; the field\n"
        "order_sensitive counts operations for which that may matter: none, and both rules give the same\n"
        "times. --noise interrupts CPUs; --seed draws other interruptions. --explain, --report, --trace and --timeline "
        "tell more of either model.",
    .operands_min = 1,
    .operands_max = 1,
    .options = kOptions,
    .examples = {"ringwood simulate allreduce --ranks 64 --algorithm all",
                 "ringwood simulate allreduce --algorithm ring --ranks 4096 --sizes 64MiB --stats",
                 "ringwood simulate allgather --machine torus:dims=4x4x4 --model flow --explain"},
    .run = run,
};

}  // namespace ringwood::cli
