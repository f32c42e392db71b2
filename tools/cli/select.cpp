// ringwood select: which algorithm, and why.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/bounds.hpp"
#include "tools/cli/decision_files.hpp"
#include "tools/cli/grid.hpp"
#include "tools/cli/model_choice.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/robust.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "ranks"},
    {.name = "sizes", .fallback = "1KiB..16MiB*16"},
    {.name = "machine"},
    {.name = "map", .fallback = "block"},
    {.name = "model", .fallback = "loggops"},
    {.name = "loggops"},
    {.name = "gamma"},
    {.name = "loggops-form", .fallback = "textbook"},
    {.name = "type", .fallback = "float"},
    {.name = "op", .fallback = "sum"},
    {.name = "root", .fallback = "0"},
    {.name = "algorithm"},
    {.name = "table"},
    {.name = "explain"},
    {.name = "why-not"},
    {.name = "allow"},
    {.name = "deny"},
    {.name = "reproducibility"},
    {.name = "scratch"},
    {.name = "robust"},
    {.name = "seed", .fallback = "1"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv"},
    {.name = "quiet"},
};

[[nodiscard]] std::string microseconds(double seconds) {
  return format_time(static_cast<Picoseconds>(std::llround(seconds * 1e12)));
}

[[nodiscard]] std::string percent(double ratio) {
  return fmt::format("{:.1f} %", (ratio - 1) * 100);
}

/// The variable that forces an algorithm in real runs, and here.
[[nodiscard]] std::string variable_of(Collective collective) {
  std::string name = "RINGWOOD_" + std::string(name_of(collective));
  std::transform(name.begin(), name.end(), name.begin(), [](char letter) {
    return letter == '-' ? '_' : letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
  });
  return name;
}

/// One collective on one site.
class Selecting {
 public:
  Selecting(const Arguments& arguments, Collective collective, Rank ranks)
      : arguments_(arguments),
        collective_(collective),
        settings_(arguments),
        site_(arguments, ranks),
        model_(site_, arguments, settings_, SelectionLimits(arguments)) {}

  [[nodiscard]] Decision decision(Bytes bytes, const DecisionTable* table) const {
    const char* environment = std::getenv(variable_of(collective_).c_str());
    const ForcedAlgorithm forced[] = {{arguments_.text("algorithm"), "--algorithm"},
                                      {environment == nullptr ? "" : environment, variable_of(collective_)}};
    DecisionSources sources;
    sources.forced = forced;
    sources.table = table;
    sources.nodes = model_.nodes();
    sources.objection = [&](const Schedule& schedule) { return model_.objection(schedule, bytes); };
    sources.model = [&] { return options(bytes); };
    Decision decision = decide(model_.question(collective_, bytes), known_library(), sources);
    if (decision.options.empty()) {
      decision.options = options(bytes);
    }
    return decision;
  }

  [[nodiscard]] std::string best(Bytes bytes) const {
    const std::vector<ModelOption> all = options(bytes);
    return all.empty() || !all.front().why_not.empty() ? "nothing" : all.front().algorithm;
  }

  /// The time of any expression; with what the model knows already.
  [[nodiscard]] double seconds_of(const std::string& algorithm, Bytes bytes,
                                  const std::vector<ModelOption>& known) const {
    for (const ModelOption& option : known) {
      if (option.algorithm == algorithm && option.predicted()) {
        return option.predicted_s;
      }
    }
    const SelectionQuestion question = model_.question(collective_, bytes);
    const Schedule schedule(known_library(), collective_, parse_expression(algorithm), question.request);
    return model_.simulated(schedule, equal_layout(schedule, question.elements, question.element_size));
  }

  [[nodiscard]] double bound(Bytes bytes) const {
    return time_bound(collective_, bytes, site_.machine(), site_.facts(), ranks());
  }

  [[nodiscard]] Rank ranks() const { return static_cast<Rank>(site_.mapping().size()); }

  [[nodiscard]] const Site& site() const { return site_; }

  [[nodiscard]] const ModelChoice& model() const { return model_; }

  [[nodiscard]] const SimulationSettings& settings() const { return settings_; }

 private:
  [[nodiscard]] std::vector<ModelOption> options(Bytes bytes) const { return model_.options(collective_, bytes, {}); }

  const Arguments& arguments_;
  Collective collective_;
  SimulationSettings settings_;
  Site site_;
  ModelChoice model_;
};

/// The fastest that is not `algorithm`; nullptr if there is none.
[[nodiscard]] const ModelOption* runner_up(const Decision& decision) {
  for (const ModelOption& option : decision.options) {
    if (option.algorithm != decision.algorithm && option.why_not.empty() && option.predicted()) {
      return &option;
    }
  }
  return nullptr;
}

[[nodiscard]] Record summary(const Selecting& selecting, Collective collective, Bytes bytes, const Decision& decision) {
  const double time = selecting.seconds_of(decision.algorithm, bytes, decision.options);
  const double bound = selecting.bound(bytes);
  const ModelOption* second = runner_up(decision);
  Record record{{"collective", std::string(name_of(collective))},
                {"machine", selecting.site().machine().spec},
                {"ranks", static_cast<std::int64_t>(selecting.ranks())},
                {"bytes", bytes, Unit::kBytes},
                {"algorithm", decision.algorithm},
                {"source", std::string(name_of(decision.source))},
                {"time_s", time, Unit::kSeconds},
                {"bound_s", bound, Unit::kSeconds},
                {"efficiency", time > 0 ? bound / time : 1, Unit::kRatio}};
  record.push_back({"runner_up", second == nullptr ? Value() : Value(second->algorithm)});
  record.push_back({"runner_up_factor", second == nullptr || time <= 0 ? Value() : Value(second->predicted_s / time),
                    Unit::kFactor});
  record.push_back({"reason", decision.reason, Unit::kNone, false});
  return record;
}

/// Why a candidate that could be taken was estimated only, or nothing.
[[nodiscard]] std::string why_not_simulated(const ModelOption& option, double time) {
  if (option.predicted()) {
    return "";
  }
  return option.estimated_s < time ? "too long to be simulated beside the others; estimates alone decide nothing"
                                   : "estimated to be too far behind to be simulated";
}

[[nodiscard]] std::vector<Record> candidates(const Selecting& selecting, Collective collective, Bytes bytes,
                                             const Decision& decision) {
  const double time = selecting.seconds_of(decision.algorithm, bytes, decision.options);
  std::vector<Record> records;
  for (const ModelOption& option : decision.options) {
    const bool able = option.why_not.empty();
    records.push_back({{"collective", std::string(name_of(collective))},
                       {"ranks", static_cast<std::int64_t>(selecting.ranks())},
                       {"bytes", bytes, Unit::kBytes},
                       {"algorithm", option.algorithm},
                       {"chosen", option.algorithm == decision.algorithm},
                       {"estimated_s", able ? Value(option.estimated_s) : Value(), Unit::kSeconds},
                       {"predicted_s", option.predicted() ? Value(option.predicted_s) : Value(), Unit::kSeconds},
                       {"factor", able && time > 0 ? Value(option.seconds() / time) : Value(), Unit::kFactor},
                       {"bound_s", selecting.bound(bytes), Unit::kSeconds},
                       {"why_not", able ? Value(why_not_simulated(option, time)) : Value(option.why_not)}});
  }
  return records;
}

/// The size nearest to `from` in the direction of `toward` (a factor of 2 or 1/2 a step) at which something else is
/// taken, to within 6 %; 0 if there is none near.
[[nodiscard]] Bytes switch_point(const Selecting& selecting, const std::string& taken, Bytes from, bool upwards,
                                 Bytes element_size) {
  constexpr int kSteps = 12;
  Bytes same = from;
  for (int step = 0; step < kSteps; ++step) {
    const Bytes next = upwards ? same * 2 : same / 2 / element_size * element_size;
    if (next < element_size || next > (Bytes{1} << 33)) {
      return 0;
    }
    if (selecting.best(next) == taken) {
      same = next;
      continue;
    }
    Bytes other = next;
    while (std::abs(static_cast<double>(other - same)) > 0.06 * static_cast<double>(same) &&
           std::abs(other - same) > element_size) {
      const Bytes middle = (same + other) / 2 / element_size * element_size;
      (selecting.best(middle) == taken ? same : other) = middle;
    }
    return other;
  }
  return 0;
}

/// What the choice hangs on: sizes and ranks at which it would be another.
[[nodiscard]] std::vector<std::string> what_would_change(const Selecting& selecting, const Arguments& arguments,
                                                         Collective collective, Bytes bytes, const std::string& taken) {
  std::vector<std::string> lines;
  const Bytes element_size = element_size_of(arguments);
  for (const bool upwards : {false, true}) {
    const Bytes other = bytes == 0 ? 0 : switch_point(selecting, taken, bytes, upwards, element_size);
    if (other != 0) {
      lines.push_back(fmt::format("{} {} it would be {}", upwards ? "from about" : "down from about",
                                  format_bytes(other), selecting.best(other)));
    }
  }
  const Rank ranks = selecting.ranks();
  for (const Rank other : {ranks / 2, ranks - 1, ranks + 1, ranks * 2}) {
    if (other < 2 || other == ranks) {
      continue;
    }
    try {
      const std::string best = Selecting(arguments, collective, other).best(bytes);
      if (best != taken) {
        lines.push_back(fmt::format("with {} ranks it would be {}", other, best));
      }
    } catch (const Error&) {
      // The machine has no room for so many, or the root is not among so few.
      continue;
    }
  }
  return lines;
}

[[nodiscard]] std::string why_not_text(const Selecting& selecting, Collective collective, Bytes bytes,
                                       const Decision& decision, const std::string& wanted) {
  const std::string head =
      fmt::format("{}, {} ranks, {}: ", name_of(collective), selecting.ranks(), format_bytes(bytes));
  if (wanted == decision.algorithm) {
    return head + wanted + " is the one";
  }
  const SelectionQuestion question = selecting.model().question(collective, bytes);
  try {
    static_cast<void>(resolve(known_library(), collective, parse_expression(wanted)));
  } catch (const Error& error) {
    throw Error(ErrorKind::kUsage, fmt::format("--why-not {}: {}", wanted, error.what()));
  }
  try {
    const Schedule schedule(known_library(), collective, parse_expression(wanted), question.request);
    if (const std::string reason = selecting.model().objection(schedule, bytes); !reason.empty()) {
      return head + "not " + wanted + ": " + reason;
    }
  } catch (const Error& error) {
    return head + "not " + wanted + ": " + error.what();
  }
  const double time = selecting.seconds_of(decision.algorithm, bytes, decision.options);
  const double other = selecting.seconds_of(wanted, bytes, decision.options);
  if (other <= time) {
    return head + fmt::format("{} would take {}, no longer than {} ({}); {}", wanted, microseconds(other),
                              decision.algorithm, microseconds(time), decision.reason);
  }
  return head + fmt::format("{} would take {}, {} longer than {} ({})", wanted, microseconds(other),
                            percent(other / time), decision.algorithm, microseconds(time));
}

/// Prints for one point what the options ask for; returns records for the writer.
[[nodiscard]] std::vector<Record> at_point(const Selecting& selecting, const Arguments& arguments,
                                           Collective collective, Bytes bytes, const DecisionTable* table) {
  Decision decision = selecting.decision(bytes, table);
  if (arguments.given("robust")) {
    return robust_records(selecting.model(), selecting.site(), arguments, {collective, bytes}, decision.options);
  }
  if (arguments.given("why-not")) {
    const std::string text = why_not_text(selecting, collective, bytes, decision, arguments.text("why-not"));
    if (arguments.text("format") == "table") {
      print(text + "\n");
      return {};
    }
    Record record = summary(selecting, collective, bytes, decision);
    record.push_back({"why_not", text});
    return {record};
  }
  if (!arguments.given("explain")) {
    return {summary(selecting, collective, bytes, decision)};
  }
  if (!arguments.given("quiet")) {
    remark(fmt::format("{}, {} ranks, {}: {} ({})", name_of(collective), selecting.ranks(), format_bytes(bytes),
                       decision.algorithm, decision.reason));
    for (const std::string& line :
         what_would_change(selecting, arguments, collective, bytes, decision.options.front().algorithm)) {
      remark("  " + line);
    }
  }
  return candidates(selecting, collective, bytes, decision);
}

int run(const Arguments& arguments) {
  const Collective collective = collective_named(arguments.operands().front());
  const std::string format = arguments.one_of("format", record_formats());
  std::optional<DecisionTable> table;
  if (arguments.given("table")) {
    table = decision_table_of(arguments);
  }
  const std::vector<Bytes> sizes = sizes_of(arguments, element_size_of(arguments));
  RecordWriter writer(format);
  bool any = false;
  const std::vector<Rank> all_ranks = ranks_of(arguments);
  Progress progress("ringwood select", all_ranks.size() * sizes.size(), !arguments.given("quiet"));
  for (const Rank ranks : all_ranks) {
    const Selecting selecting(arguments, collective, ranks);
    if (table && !table->provenance.machine.empty() && table->provenance.machine != selecting.site().machine().spec) {
      remark(fmt::format("warning: {} is for machine '{}', and this is '{}'", arguments.text("table"),
                         table->provenance.machine, selecting.site().machine().spec));
    }
    for (const Bytes bytes : sizes) {
      for (const Record& record : at_point(selecting, arguments, collective, bytes, table ? &*table : nullptr)) {
        writer.add(record);
        any = true;
      }
      progress.step();
    }
  }
  progress.end();
  if (any || format != "table") {
    writer.finish();
  }
  return 0;
}

}  // namespace

constinit const Command select_command{
    .name = "select",
    .operands = "COLLECTIVE",
    .brief = "which algorithm, and why: candidates, predictions, bound, source of the decision",
    .details =
        "Sources, first match wins: --algorithm, the environment (RINGWOOD_ALLREDUCE=...), the table of\n"
        "--table, the cost model on --machine. The model estimates all candidates, with several values of\n"
        "their parameters, and simulates those that can win. --explain tells all candidates and what would\n"
        "change the choice; --why-not ALGORITHM what is wrong with one; --robust 20% which has the least\n"
        "regret where all parameters are off by up to 20 % and ranks are placed at random.",
    .operands_min = 1,
    .operands_max = 1,
    .options = kOptions,
    .examples = {"ringwood select allreduce --ranks 16,64 --sizes 1KiB..1MiB*32 --machine commodity-100g",
                 "ringwood select allreduce --ranks 16 --sizes 64KiB --explain",
                 "ringwood select allgather --ranks 12 --sizes 1MiB --why-not ring"},
    .run = run,
};

}  // namespace ringwood::cli
