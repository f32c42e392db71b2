// ringwood show: who sends what to whom, and who holds what after each round.

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/export.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/choices.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/setup.hpp"

namespace ringwood::cli {

namespace {

constexpr int kWidth = 80;

constexpr OptionUse kOptions[]{
    {.name = "ranks", .fallback = "4"},    {.name = "root", .fallback = "0"},
    {.name = "op", .fallback = "sum"},     {.name = "machine"},
    {.name = "map", .fallback = "block"},  {.name = "format", .fallback = "text", .accepted = "text, dot, html, json"},
    {.name = "color", .fallback = "auto"},
};

int run(const Arguments& arguments) {
  const std::string format = arguments.one_of("format", {"text", "dot", "html", "json"});
  const std::string color = arguments.one_of("color", {"auto", "always", "never"});
  const Collective collective = collective_named(arguments.operands().at(0));
  const auto choices = parse_choices(arguments.operands().at(1), collective, built_in_library());
  if (choices.size() != 1 || choices.front().kind != Choice::Kind::kNamed) {
    throw Error(ErrorKind::kUsage,
                "'" + arguments.operands().at(1) + "' is not one algorithm; `ringwood list` has their names");
  }
  const std::vector<Rank> ranks = arguments.ranks();
  if (ranks.size() != 1) {
    throw Error(ErrorKind::kUsage, "--ranks '" + arguments.text("ranks") + "' are several numbers; accepted: one");
  }
  const Site site(arguments, ranks.front());
  const Schedule schedule = schedule_for(choices.front(), collective, site.request(arguments), built_in_library());
  const Figure figure = figure_of(schedule);
  if (format == "dot") {
    print(export_dot(figure));
  } else if (format == "html") {
    print(export_html(figure));
  } else if (format == "json") {
    print(export_json(figure));
  } else {
    print(export_text(figure, {.unicode = locale_is_utf8(), .color = use_color(color), .width = kWidth}));
  }
  return 0;
}

}  // namespace

constinit const Command show_command{
    .name = "show",
    .operands = "COLLECTIVE ALGORITHM",
    .brief = "who holds what after each round, as a picture",
    .details =
        "Draws a grid of ranks and chunks where it fits in 80 columns, and lists the messages of\n"
        "each round where it does not. The HTML page has a slider over the rounds.",
    .operands_min = 2,
    .operands_max = 2,
    .options = kOptions,
    .examples = {"ringwood show allreduce ring --ranks 4", "ringwood show reduce-scatter recursive-halving --ranks 8",
                 "ringwood show allreduce ring --ranks 6 --format html > ring.html"},
    .run = run,
};

}  // namespace ringwood::cli
