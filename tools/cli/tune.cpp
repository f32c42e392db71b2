// ringwood tune: measures or simulates what is worth it, and writes a decision table.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/decision_files.hpp"
#include "tools/cli/grid.hpp"
#include "tools/cli/model_choice.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/race.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/tuning.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "algorithm", .fallback = "all;native"},
    {.name = "simulated"},
    {.name = "ranks"},
    {.name = "sizes", .fallback = "8..4MiB*8"},
    {.name = "machine"},
    {.name = "map", .fallback = "block"},
    {.name = "model", .fallback = "loggops"},
    {.name = "loggops"},
    {.name = "gamma"},
    {.name = "loggops-form", .fallback = "textbook"},
    {.name = "type", .fallback = "float"},
    {.name = "op", .fallback = "sum"},
    {.name = "root", .fallback = "0"},
    {.name = "allow"},
    {.name = "deny"},
    {.name = "reproducibility"},
    {.name = "scratch"},
    {.name = "budget", .fallback = "500ms"},
    {.name = "sync", .fallback = "auto", .accepted = "auto, barrier, round-time"},
    {.name = "seed", .fallback = "1"},
    {.name = "output"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv"},
    {.name = "quiet"},
};

// Simulated times that differ by less say nothing about which is faster on the machine.
constexpr double kSimulatedTie = 0.01;

[[nodiscard]] std::string today() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

[[nodiscard]] DecisionProvenance provenance_of(const Arguments& arguments) {
  DecisionProvenance provenance;
  provenance.date = today();
  provenance.type = arguments.text("type");
  provenance.op = arguments.text("op");
  return provenance;
}

/// One simulated point. Candidates twice as slow as the best are not worth a line.
[[nodiscard]] DecisionSample simulated_sample(const ModelChoice& model, Collective collective, Rank ranks,
                                              Bytes bytes) {
  DecisionSample sample{.ranks = ranks, .nodes = model.nodes(), .bytes = bytes, .times = {}};
  for (const ModelOption& option : model.options(collective, bytes, {})) {
    if (option.predicted()) {
      sample.times.push_back({option.algorithm, option.predicted_s, option.predicted_s, option.predicted_s});
    }
  }
  // What other libraries have is needed too, to tell what they lose.
  const SelectionQuestion question = model.question(collective, bytes);
  for (const Algorithm* algorithm : known_catalogue()) {
    const bool known = std::any_of(sample.times.begin(), sample.times.end(),
                                   [&](const DecisionTiming& timing) { return timing.algorithm == algorithm->name; });
    if (known || algorithm->collective != collective || !why_not(*algorithm, question.request).empty()) {
      continue;
    }
    const Schedule schedule(*algorithm, question.request);
    if (!model.objection(schedule, bytes).empty()) {
      continue;  // the rules are made of these times
    }
    if (const double seconds = model.affordable_seconds(schedule, bytes); seconds >= 0) {
      sample.times.push_back({std::string(algorithm->name), seconds, seconds, seconds});
    }
  }
  return sample;
}

void tune_simulated(const Arguments& arguments, const std::vector<Collective>& collectives,
                    const std::vector<Bytes>& sizes, TableFile& file) {
  const SimulationSettings settings(arguments);
  const SelectionLimits limits(arguments);
  const std::vector<Rank> all_ranks = ranks_of(arguments);
  Progress progress("ringwood tune", all_ranks.size() * collectives.size() * tuning_steps(sizes),
                    !arguments.given("quiet"));
  for (const Rank ranks : all_ranks) {
    const Site site(arguments, ranks);
    const ModelChoice model(site, arguments, settings, limits);
    TuningSource source;
    source.sample = [&](Collective collective, Bytes bytes) {
      return simulated_sample(model, collective, ranks, bytes);
    };
    source.step = [&] { progress.step(); };
    source.ranks = ranks;
    source.nodes = model.nodes();
    source.element_size = element_size_of(arguments);
    source.tolerance = kSimulatedTie;
    for (const Collective collective : collectives) {
      tune_sizes(collective, sizes, source, file);
    }
  }
  progress.end();
}

[[nodiscard]] std::string range_text(const CountRange& range) {
  return range.most == CountRange::kUnlimited ? fmt::format("{}..", range.least)
                                              : fmt::format("{}..{}", range.least, range.most);
}

void print_rules(const DecisionTable& table, const std::string& format) {
  RecordWriter writer(format);
  for (const CollectiveDecisions& decisions : table.collectives) {
    for (const DecisionRule& rule : decisions.rules) {
      std::string ties;
      for (const std::string& tie : rule.ties) {
        ties += (ties.empty() ? "" : "; ") + tie;
      }
      writer.add({{"collective", std::string(name_of(decisions.collective))},
                  {"ranks", range_text(rule.ranks)},
                  {"bytes", range_text(rule.bytes)},
                  {"algorithm", rule.algorithm},
                  {"ties", ties}});
    }
  }
  writer.finish();
}

int run(const Arguments& arguments) {
  const std::string format = arguments.one_of("format", record_formats());
  std::vector<Collective> collectives;
  for (const std::string& name : arguments.operands()) {
    collectives.push_back(collective_named(name));
  }
  const std::vector<Bytes> sizes = sizes_of(arguments, element_size_of(arguments));
  DecisionProvenance provenance = provenance_of(arguments);
  if (!arguments.given("simulated")) {
    return tune_measured(arguments, collectives, sizes, std::move(provenance));
  }
  if (arguments.given("algorithm")) {
    throw Error(ErrorKind::kUsage,
                "--algorithm says what to race when measuring; with --simulated, --allow and --deny "
                "narrow the candidates");
  }
  provenance.source = "simulated";
  provenance.model = SimulationSettings(arguments).model;
  // Spelled as it was asked for, as other numbers of ranks may be added.
  provenance.machine = arguments.given("machine") ? arguments.text("machine") : "hpc";
  provenance.map = arguments.text("map");
  TableFile file(arguments.text("output"), std::move(provenance));
  tune_simulated(arguments, collectives, sizes, file);
  file.save(kSimulatedTie);
  if (!arguments.given("quiet")) {
    tell_inconsistencies(file.table());
  }
  print_rules(file.table(), format);
  return 0;
}

}  // namespace

constinit const Command tune_command{
    .name = "tune",
    .operands = "COLLECTIVE...",
    .brief = "finds which algorithm is best where, and writes a decision table",
    .details =
        "--simulated: by the cost model, for a cluster that need not exist; all candidates are estimated,\n"
        "the promising ones simulated. Otherwise (under mpirun) measured: candidates race in random order,\n"
        "and drop out as soon as their interval excludes the best; --budget is for each of the last ones.\n"
        "With --machine (and --map, --model) what that machine's model finds three times slower than the best\n"
        "is not raced.\n"
        "With --algorithm 'all;native;native-all' the MPI library's own algorithms race as well: `export` then\n"
        "writes a file for it by what they really take.\n"
        "Between sizes whose best differ the gap is halved until the border is known to within 19 %.\n"
        "--output FILE keeps the table (ringwood.decisions/1); started again, it goes on where it ended.",
    .operands_min = 1,
    .operands_max = 9,
    .options = kOptions,
    .examples = {"ringwood tune allreduce --simulated --ranks 16 --sizes 1KiB..1MiB*32",
                 "ringwood tune allreduce allgather --simulated --machine torus:dims=4x4 --ranks 16 --sizes 64KiB",
                 "mpirun -n 2 ringwood tune allreduce --sizes 8,64KiB --budget 20ms --quiet"},
    .run = run,
    .over_ranks = true,
};

}  // namespace ringwood::cli
