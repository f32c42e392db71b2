// ringwood machine: what a machine is, in numbers and as a picture.

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/setup.hpp"
#include "topology/bounds.hpp"
#include "topology/draw.hpp"
#include "topology/facts.hpp"
#include "topology/machine_file.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "loggops"},
    {.name = "gamma"},
    {.name = "sizes", .fallback = "8,64KiB,64MiB"},
    {.name = "write"},
    {.name = "format", .fallback = "text", .accepted = "text, json, dot, svg, html"},
    {.name = "quiet"},
};

/// A line for each size: how fast an allreduce over all of the machine could be at best, and why.
struct Bound {
  Bytes bytes = 0;
  Picoseconds time = 0;
  BoundKind kind = BoundKind::kRounds;
};

[[nodiscard]] std::vector<Bound> bounds_of(const Machine& machine, const MachineFacts& facts,
                                           const Arguments& arguments) {
  std::vector<Bound> bounds;
  const auto ranks = static_cast<Rank>(std::min<std::int64_t>(facts.rank_slots, INT32_MAX));
  const Mapping mapping = make_mapping("block", machine, ranks);
  const Bounds known(machine, facts, mapping, LinkSharing::kShared);
  for (const Bytes bytes : parse_bytes_list(arguments.text("sizes"))) {
    const TimeBounds least = known.of({.collective = Collective::kAllreduce, .root = 0, .bytes = bytes});
    bounds.push_back({bytes, least[least.binding()], least.binding()});
  }
  return bounds;
}

[[nodiscard]] std::string as_text(const Machine& machine, const MachineFacts& facts, const std::vector<Bound>& bounds) {
  std::string text = fmt::format("{}\n\n", machine.spec);
  const auto line = [&](std::string_view name, const std::string& value) {
    text += fmt::format("{:<16}{}\n", name, value);
  };
  const std::string_view about = facts.distances_exact ? "" : " (of a sample of pairs)";
  line("hosts", std::to_string(facts.hosts));
  line("rank slots", std::to_string(facts.rank_slots));
  line("switches", std::to_string(facts.switches));
  line("cables", std::to_string(facts.cables));
  line("diameter", fmt::format("{} links{}", facts.diameter, about));
  line("average", fmt::format("{:.4g} links{}", facts.average_hops, about));
  line("latency", fmt::format("{} to {}", format_time(facts.latency_min), format_time(facts.latency_max)));
  line("injection", facts.injection > 0 ? format_rate(facts.injection) + " a host" : "-");
  line("bisection", facts.bisection ? fmt::format("{} ({})", *facts.bisection > 0 ? format_rate(*facts.bisection) : "0",
                                                  facts.bisection_source)
                                    : facts.bisection_source);
  text += "\nno allreduce over all slots is faster than\n";
  for (const Bound& bound : bounds) {
    text +=
        fmt::format("  {:>10}  {}  ({})\n", format_bytes(bound.bytes), format_time(bound.time), name_of(bound.kind));
  }
  return text;
}

/// One page that needs no other file.
[[nodiscard]] std::string as_html(const Machine& machine, const MachineFacts& facts, const std::vector<Bound>& bounds) {
  std::string facts_text;
  for (const char letter : as_text(machine, facts, bounds)) {
    facts_text += letter == '<' ? "&lt;" : letter == '>' ? "&gt;" : letter == '&' ? "&amp;" : std::string(1, letter);
  }
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>machine</title>\n"
         "<style>svg { max-width: 100%; height: auto; }</style>\n</head>\n<body>\n<pre>" +
         facts_text + "</pre>\n" + draw_svg(*machine.network) + "\n</body>\n</html>\n";
}

[[nodiscard]] std::string as_json(const Machine& machine, const MachineFacts& facts, const std::vector<Bound>& bounds) {
  nlohmann::ordered_json object{{"machine", machine.spec},
                                {"hosts", facts.hosts},
                                {"rank_slots", facts.rank_slots},
                                {"switches", facts.switches},
                                {"cables", facts.cables},
                                {"diameter_links", facts.diameter},
                                {"average_links", facts.average_hops},
                                {"distances_exact", facts.distances_exact},
                                {"latency_min_s", seconds(facts.latency_min)},
                                {"latency_max_s", seconds(facts.latency_max)},
                                {"injection_Bps", facts.injection},
                                {"bisection_Bps", nullptr},
                                {"bisection_source", facts.bisection_source},
                                {"hosts_are_alike", facts.hosts_are_alike},
                                {"allreduce_bounds", nlohmann::ordered_json::array()}};
  if (facts.bisection) {
    object["bisection_Bps"] = *facts.bisection;
  }
  for (const Bound& bound : bounds) {
    object["allreduce_bounds"].push_back(
        {{"bytes", bound.bytes}, {"bound_s", seconds(bound.time)}, {"bound", name_of(bound.kind)}});
  }
  return object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// A file has no place for what holds for all distances: it is written as the parameters of both.
[[nodiscard]] Machine with_replaced_ends(Machine machine, const Arguments& arguments) {
  const LogGopsOverride& replaced = machine.replaced;
  if (replaced.L || replaced.G) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("--loggops '{}' replaces L or G, which a machine file has for each link; --write takes o, g, "
                    "O and S",
                    arguments.text("loggops")));
  }
  for (LogGops* const ends : {&machine.inside_host, &machine.between_hosts}) {
    ends->o = replaced.o.value_or(ends->o);
    ends->g = replaced.g.value_or(ends->g);
    ends->O = replaced.O.value_or(ends->O);
    ends->S = replaced.S.value_or(ends->S);
  }
  machine.replaced = {};
  return machine;
}

int run(const Arguments& arguments) {
  const std::string format = arguments.one_of("format", {"text", "json", "dot", "svg", "html"});
  Machine machine = make_machine(arguments.operands().front());
  replace_parameters(machine, arguments);
  if (arguments.given("write")) {
    write_machine_file(with_replaced_ends(machine, arguments), arguments.text("write"));
  }
  if (format == "dot") {
    std::ostringstream out;
    write_dot(*machine.network, out);
    print(out.str());
    return 0;
  }
  if (format == "svg") {
    print(draw_svg(*machine.network));
    return 0;
  }
  const MachineFacts facts = facts_of(machine);
  const std::vector<Bound> bounds = bounds_of(machine, facts, arguments);
  if (format == "html") {
    print(as_html(machine, facts, bounds));
  } else {
    print(format == "json" ? as_json(machine, facts, bounds)
                           : as_text(machine, facts, bounds) + "\n" + draw_text(*machine.network));
  }
  return 0;
}

}  // namespace

constinit const Command machine_command{
    .name = "machine",
    .operands = "SPEC",
    .brief = "what a machine is: hosts, links, distances, bisection, bounds; draws it",
    .details =
        "`ringwood list machines` has the generators and presets. --write makes a machine file of it,\n"
        "with all its links, to be edited and given as --machine.",
    .operands_min = 1,
    .operands_max = 1,
    .options = kOptions,
    .examples = {"ringwood machine crossbar:hosts=8", "ringwood machine torus:dims=4x4x4 --format json",
                 "ringwood machine ring:hosts=4 --write ring.json"},
    .run = run,
};

}  // namespace ringwood::cli
