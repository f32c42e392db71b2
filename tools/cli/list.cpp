// ringwood list: what there is to choose from.

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "ringwood/verify.hpp"
#include "schedule/contract.hpp"
#include "sim/workload/models.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/choices.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/setup.hpp"
#include "topology/catalogue.hpp"
#include "topology/presets.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{{.name = "format", .fallback = "table", .accepted = "table, json, csv"},
                               {.name = "quiet"}};

[[nodiscard]] std::string rank_rule(RankRule rule) {
  switch (rule) {
    case RankRule::kAny:
      return "any";
    case RankRule::kEven:
      return "even";
    case RankRule::kPowerOfTwo:
      return "power of two";
  }
  return "";
}

[[nodiscard]] std::string needs_of(const Algorithm& algorithm) {
  std::string needs = algorithm.needs.commutative ? "commutative" : "";
  if (algorithm.needs.placement) {
    needs += std::string(needs.empty() ? "" : ", ") + "placement";
  }
  return needs;
}

[[nodiscard]] std::string parameters_of(const Algorithm& algorithm) {
  std::string text;
  for (const ParameterInfo& info : algorithm.parameters) {
    text += fmt::format("{}{}={} ({} to {}{}: {})", text.empty() ? "" : "; ", info.name, info.fallback, info.minimum,
                        info.maximum, info.is_list ? ", a list" : "", info.meaning);
  }
  return text;
}

/// The least for up to so many ranks, four of which share a node; nothing if the algorithm is for none of them.
constexpr Rank kMostRanksTried = 9;

[[nodiscard]] Value reproducibility_of(const Algorithm& algorithm) {
  Value least;
  for (Rank ranks = 2; ranks <= kMostRanksTried; ++ranks) {
    const Placement placement = nodes_of_four(ranks);
    Schedule::Request request;
    request.ranks = ranks;
    request.placement = &placement;
    if (why_not(algorithm, request).empty()) {
      const std::int64_t level = verify(Schedule(algorithm, request)).reproducibility;
      const auto* const before = std::get_if<std::int64_t>(&least);
      least = before == nullptr ? level : std::min(level, *before);
    }
  }
  return least;
}

/// What makes algorithms out of others; its syntax stands where an algorithm has its name.
[[nodiscard]] std::vector<Record> combinator_records() {
  std::vector<Record> records;
  for (const Combinator* combinator : known_library().combinators) {
    records.push_back({{"collective", fmt::format("{} of {}", combinator->collectives.size(), kAllCollectives.size())},
                       {"algorithm", std::string(combinator->syntax)},
                       {"cost", std::string(combinator->meaning)},
                       {"ranks", std::string()},
                       {"needs", std::string()},
                       {"parameters", std::string()},
                       {"reference", std::string(combinator->reference)},
                       {"reproducibility", std::monostate()}});
  }
  return records;
}

[[nodiscard]] std::vector<Record> algorithm_records() {
  std::vector<Record> records;
  for (const Algorithm* algorithm : known_catalogue()) {
    records.push_back({{"collective", std::string(name_of(algorithm->collective))},
                       {"algorithm", std::string(algorithm->name)},
                       {"cost", std::string(algorithm->cost)},
                       {"ranks", rank_rule(algorithm->needs.ranks)},
                       {"needs", needs_of(*algorithm)},
                       {"parameters", parameters_of(*algorithm)},
                       {"reference", std::string(algorithm->reference)},
                       {"reproducibility", reproducibility_of(*algorithm)}});
  }
  const std::vector<Record> combinators = combinator_records();
  records.insert(records.end(), combinators.begin(), combinators.end());
  return records;
}

[[nodiscard]] std::string text_of(Holding holding) {
  switch (holding) {
    case Holding::kWhole:
      return "every rank, the vector";
    case Holding::kOwnBlock:
      return "rank r, block r";
    case Holding::kRootWhole:
      return "the root, the vector";
    case Holding::kRow:
      return "rank r, blocks (r, *)";
    case Holding::kColumn:
      return "rank r, blocks (*, r)";
  }
  return "";
}

[[nodiscard]] std::vector<Record> collective_records() {
  std::vector<Record> records;
  for (const Collective collective : kAllCollectives) {
    std::vector<std::string> algorithms;
    for (const Algorithm* algorithm : known_catalogue()) {
      if (algorithm->collective == collective) {
        algorithms.emplace_back(algorithm->name);
      }
    }
    const Contract& contract = contract_of(collective);
    records.push_back({{"collective", std::string(name_of(collective))},
                       {"before", text_of(contract.before)},
                       {"after", text_of(contract.after)},
                       {"reduces", contract.reduces},
                       {"algorithms", joined(algorithms)}});
  }
  return records;
}

[[nodiscard]] std::string keys_text(std::span<const KeyInfo> keys) {
  std::string text;
  for (const KeyInfo& key : keys) {
    text += fmt::format("{}{}{}", text.empty() ? "" : ",", key.name,
                        key.fallback.empty() ? "" : fmt::format("={}", key.fallback));
  }
  return text;
}

[[nodiscard]] std::vector<Record> machine_records() {
  std::vector<Record> records;
  const auto add = [&](const std::string& name, const std::string& kind, std::string_view summary,
                       std::string_view source, const std::string& keys) {
    records.push_back({{"machine", name},
                       {"kind", kind},
                       {"summary", std::string(summary)},
                       {"keys", keys},
                       {"source", std::string(source), Unit::kNone, false}});
  };
  for (const TopologyFamily* family : topology_families()) {
    add(std::string(family->name), "generator", family->summary, family->reference, keys_text(family->keys));
  }
  for (const MachinePreset& preset : machine_presets()) {
    add(std::string(preset.name), "preset", preset.summary, preset.sources, keys_text(preset.keys));
  }
  return records;
}

[[nodiscard]] std::vector<Record> model_records() {
  return {{{"model", "loggops"}, {"summary", "LogGOPS for each distance, no contention inside the network"}},
          {{"model", "flow"}, {"summary", "the same ends; messages share the links of their routes max-min fairly"}}};
}

/// Marks as in sim/workload/models.hpp: [P] published, [A] arithmetic, [E] estimated.
[[nodiscard]] std::vector<Record> workload_records() {
  std::vector<Record> records;
  for (const ModelPreset& preset : model_presets()) {
    records.push_back({{"workload", std::string(preset.name)},
                       {"summary", std::string(preset.meaning)},
                       {"parameters", preset.parameters},
                       {"batch", fmt::format("{} x {} [E]", preset.batch, preset.sample)},
                       {"bytes_per_gradient", fmt::format("{} [E]", preset.gradient_bytes)},
                       {"source", fmt::format("shapes [P] {}; parameters and operations [A]; backward 2 x forward [A]; "
                                              "times of --device [P] and --utilization [E]",
                                              preset.source)}});
  }
  for (const ComputeDevice& device : compute_devices()) {
    records.push_back(
        {{"workload", fmt::format("--device {}", device.name)},
         {"summary", fmt::format("{:.0f} TFLOP/s, {}", device.flops / 1e12, format_rate(device.memory_bandwidth))},
         {"parameters", {}},
         {"batch", {}},
         {"bytes_per_gradient", {}},
         {"source", fmt::format("[P] {}", device.source)}});
  }
  return records;
}

[[nodiscard]] std::vector<Record> format_records() {
  const auto line = [](const char* format, const char* commands, const char* summary) {
    return Record{
        {"format", std::string(format)}, {"commands", std::string(commands)}, {"summary", std::string(summary)}};
  };
  return {line("table", "list verify simulate bench sweep", "for people; numbers with units"),
          line("json", "all", "one array of records, or one object; plain numbers in SI units"),
          line("csv", "list verify simulate bench sweep", "a header and a line for each record"),
          line("text", "show machine", "a picture for a terminal of 80 columns"),
          line("text", "export verify show simulate",
               "ringwood.schedule/1, every operation of a schedule; read with --file"),
          line("msccl-xml", "export verify show simulate", "MSCCL XML; read with --file"),
          line("goal", "export workload", "GOAL, for LogGOPSim; workload reads it"),
          line("workload", "workload", "ringwood.workload/1, YAML or JSON: steps, layers, jobs"),
          line("chakra", "workload", "Chakra execution traces, in protocol buffers or JSON"),
          line("dot", "show export machine", "Graphviz"),
          line("svg", "machine", "a drawing"),
          line("html", "show", "one self-contained page")};
}

int run(const Arguments& arguments) {
  RecordWriter writer(arguments.one_of("format", record_formats()));
  const std::vector<std::string> kinds{"algorithms", "collectives", "machines", "models", "workloads", "formats"};
  const std::string kind = arguments.operands().empty() ? kinds.front() : arguments.operands().front();
  std::vector<Record> records;
  if (kind == "algorithms") {
    records = algorithm_records();
  } else if (kind == "collectives") {
    records = collective_records();
  } else if (kind == "machines") {
    records = machine_records();
  } else if (kind == "models") {
    records = model_records();
  } else if (kind == "workloads") {
    records = workload_records();
  } else if (kind == "formats") {
    records = format_records();
  } else {
    throw unknown_word("catalogue", kind, kinds);
  }
  for (const Record& record : records) {
    writer.add(record);
  }
  writer.finish();
  return 0;
}

}  // namespace

constinit const Command list_command{
    .name = "list",
    .operands = "[algorithms|collectives|machines|models|workloads|formats]",
    .brief = "the catalogue: algorithms, collectives, machines, models, workloads, formats",
    .details =
        "Costs of algorithms: a is the start-up of a message, b the time per byte, c the time to\n"
        "reduce a byte, n the bytes of the vector, p the number of ranks. reproducibility is the least\n"
        "that `ringwood verify` finds for 2 to 9 ranks, and says what it means.",
    .operands_min = 0,
    .operands_max = 1,
    .options = kOptions,
    .examples = {"ringwood list", "ringwood list machines", "ringwood list algorithms --format json"},
    .run = run,
};

}  // namespace ringwood::cli
