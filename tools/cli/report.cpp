// ringwood report: results as one HTML page that needs nothing else.

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/report_data.hpp"
#include "tools/cli/report_page.hpp"
#include "tools/cli/report_pictures.hpp"
#include "tools/cli/report_trace.hpp"
#include "tools/cli/results_file.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{{.name = "output"}, {.name = "quiet"}};

constexpr std::size_t kMostFiles = 1000;

void check(const Record& record, const std::string& path, std::size_t number) {
  for (const std::string_view name : {"ranks", "bytes", "time_s"}) {
    if (!(number_field(record, name, NAN) >= 0)) {
      throw Error(ErrorKind::kInput, fmt::format("'{}': result {} has no number \"{}\"; accepted: files that `ringwood "
                                                 "sweep`, `bench` or `simulate` wrote as JSON",
                                                 path, number, name));
    }
  }
}

[[nodiscard]] ReportSource source_of(const std::string& path) {
  ReportSource source{
      .name = path, .records = {}, .remark = {}, .trace = nullptr, .figure = nullptr, .link_maps = nullptr};
  if (std::ifstream file(path, std::ios::binary); file && !std::filesystem::is_directory(path)) {
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (auto trace = report_trace(text, path)) {
      source.trace = std::move(*trace);
      return source;
    }
    if (auto figure = report_figure(text, path)) {
      source.figure = std::move(*figure);
      return source;
    }
    if (auto maps = report_link_maps(text, path)) {
      source.link_maps = std::move(*maps);
      return source;
    }
  }
  source.records = read_results(path, source.remark);
  for (std::size_t i = 0; i < source.records.size(); ++i) {
    check(source.records[i], path, i + 1);
  }
  return source;
}

int run(const Arguments& arguments) {
  const std::string path = arguments.text("output");
  if (path.empty() && is_terminal(STDOUT_FILENO)) {
    throw Error(ErrorKind::kUsage, "a page is nothing for a terminal; give --output page.html, or send it elsewhere");
  }
  std::vector<ReportSource> sources;
  for (const std::string& operand : arguments.operands()) {
    sources.push_back(source_of(operand));
    if (!sources.back().remark.empty()) {
      remark("ringwood report: " + sources.back().remark);
    }
  }
  std::string page;
  for (const std::string_view piece : page_before_data()) {
    page += piece;
  }
  page += report_data(sources);
  for (const std::string_view piece : page_after_data()) {
    page += piece;
  }
  if (path.empty()) {
    print(page);
    return 0;
  }
  write_whole_file(path, page);
  if (!arguments.given("quiet")) {
    remark(fmt::format("ringwood report: {} can be opened in any browser, and needs no network", path));
  }
  return 0;
}

}  // namespace

constinit const Command report_command{
    .name = "report",
    .operands = "RESULTS...",
    .brief = "results as one HTML page: decision map, curves, speed-ups, agreement, links, steps, table",
    .details =
        "RESULTS are files that `ringwood sweep --output` wrote, or JSON of bench and simulate; measured\n"
        "and simulated ones may be mixed, and are then set against each other. Files of `ringwood simulate\n"
        "--trace` add time lines, of `simulate --report` maps of the use of links, of `ringwood show\n"
        "--format json` schedules step by step. The page is one file, without network, for screens light\n"
        "and dark, for paper, and for screen readers.",
    .operands_min = 1,
    .operands_max = kMostFiles,
    .options = kOptions,
    .examples = {"ringwood sweep allreduce --ranks 2..64 --output results.jsonl --quiet",
                 "ringwood report results.jsonl --output page.html",
                 "mpirun -n 2 ringwood sweep allreduce --algorithm 'all;native' --output results.jsonl"},
    .run = run,
};

}  // namespace ringwood::cli
