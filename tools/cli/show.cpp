// ringwood show: who sends what to whom, and who holds what after each round.

#include "ringwood/export.hpp"

#include <fmt/format.h>

#include "ringwood/verify.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/effort.hpp"
#include "tools/cli/given_schedule.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr int kWidth = 80;

constexpr OptionUse kOptions[]{
    {.name = "ranks", .fallback = "4"},
    {.name = "root", .fallback = "0"},
    {.name = "op", .fallback = "sum"},
    {.name = "machine"},
    {.name = "map", .fallback = "block"},
    {.name = "format", .fallback = "text", .accepted = "text, dot, html, svg, json"},
    {.name = "color", .fallback = "auto"},
    {.name = "file"},
    {.name = "quiet"},
};

int run(const Arguments& arguments) {
  const std::string format = arguments.one_of("format", {"text", "dot", "html", "svg", "json"});
  const std::string color = arguments.one_of("color", {"auto", "always", "never"});
  constexpr Rank kMostRanks = 1 << 14;
  check_ranks(arguments.ranks(), kMostRanks);
  const GivenSchedule given(arguments);
  check_pieces(given.schedule());
  bool right = true;
  if (arguments.given("file")) {
    // What comes to its end can be drawn, and the picture shows what is wrong.
    const VerifyReport report = verify(given.schedule());
    right = report.ok;
    if (!right) {
      remark(fmt::format("ringwood show: {}: {}", arguments.text("file"), report.error));
    }
    if (!report.deadlock_free) {
      return 1;
    }
  }
  Figure figure = figure_of(given.schedule());
  figure.algorithm = given.name();
  if (format == "dot") {
    print(export_dot(figure));
  } else if (format == "html") {
    print(export_html(figure));
  } else if (format == "svg") {
    print(export_svg(figure));
  } else if (format == "json") {
    print(export_json(figure));
  } else {
    print(export_text(figure, {.unicode = locale_is_utf8(), .color = use_color(color), .width = kWidth}));
  }
  return right ? 0 : 1;
}

}  // namespace

constinit const Command show_command{
    .name = "show",
    .operands = "COLLECTIVE ALGORITHM",
    .brief = "who holds what after each round, as a picture",
    .details =
        "Draws a grid of ranks and chunks where it fits in 80 columns, and lists the messages of\n"
        "each round where it does not. The HTML page has a slider over the rounds,\n"
        "SVG all rounds side by side.",
    .operands_min = 2,
    .operands_max = 2,
    .options = kOptions,
    .examples = {"ringwood show allreduce ring --ranks 4", "ringwood show reduce-scatter recursive-halving --ranks 8",
                 "ringwood show allreduce ring --ranks 6 --format html > ring.html"},
    .run = run,
};

}  // namespace ringwood::cli
