// ringwood lint: what a library will really do with a decision file.

#include <fmt/format.h>

#include <algorithm>

#include "ringwood/error.hpp"
#include "tools/cli/decision_files.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/records.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "target"},
    {.name = "commutative-only"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv"},
    {.name = "output"},
    {.name = "quiet"},
};

/// Whose file it is, by its looks, and the version that is found most.
[[nodiscard]] std::string guessed_target(const std::string& text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const char first = start == std::string::npos ? ' ' : text[start];
  if (first == '{') {
    return text.find("collective=") != std::string::npos ? "mpich-4.0" : "open-mpi-6";
  }
  if (text.find("UCC_") != std::string::npos || text.find(":@") != std::string::npos) {
    return "ucc";
  }
  return text.starts_with("rule-file-version") ? "open-mpi-5.0" : "open-mpi-4.1";
}

[[nodiscard]] Record record_of(const Finding& finding, const std::string& file, const std::string& target) {
  return {{"file", file},
          {"line", static_cast<std::int64_t>(finding.place.line)},
          {"column", static_cast<std::int64_t>(finding.place.column)},
          {"level", std::string(name_of(finding.level))},
          {"code", finding.code},
          {"target", target},
          {"message", finding.message}};
}

void write_findings(const std::vector<Finding>& findings, const Arguments& arguments, const std::string& target) {
  const std::string format = arguments.one_of("format", record_formats());
  const std::string& file = arguments.operands().front();
  if (format != "table") {
    RecordWriter writer(format);
    for (const Finding& finding : findings) {
      writer.add(record_of(finding, file, target));
    }
    writer.finish();
    return;
  }
  for (const Finding& finding : findings) {
    print(fmt::format("{}:{}:{}: {}: {} [{}]\n", file, finding.place.line, finding.place.column, name_of(finding.level),
                      finding.message, finding.code));
  }
}

/// Rules in names that Ringwood has, as a table of its own.
void write_effective(DecisionTable table, const std::string& path) {
  std::size_t left_out = 0;
  for (CollectiveDecisions& decisions : table.collectives) {
    left_out += std::erase_if(decisions.rules, [](const DecisionRule& rule) {
      return rule.algorithm.find(' ') != std::string::npos && rule.algorithm.find('(') == std::string::npos;
    });
  }
  if (left_out > 0) {
    remark(fmt::format("{} rules name algorithms that Ringwood does not have, and are left out", left_out));
  }
  write_whole_file(path, write_decision_table(table));
}

int run(const Arguments& arguments) {
  const std::string& path = arguments.operands().front();
  const std::string text = decision_file_text(path);
  const std::string wanted = arguments.given("target") ? arguments.text("target") : guessed_target(text);
  const DecisionTarget target = parse_decision_target(wanted);
  DecisionReading reading = read_as(text, target);
  if (arguments.given("commutative-only")) {
    std::erase_if(reading.findings, [](const Finding& finding) { return finding.code == "unsafe-operator"; });
  }
  write_findings(reading.findings, arguments, name_of(target));
  const auto bad = std::count_if(reading.findings.begin(), reading.findings.end(),
                                 [](const Finding& finding) { return finding.level != FindingLevel::kNote; });
  if (!arguments.given("quiet")) {
    remark(fmt::format("{}: read as {}{}: {}", path, name_of(target),
                       arguments.given("target") ? "" : " (a guess; --target says otherwise)",
                       !reading.used ? "the whole file is dropped"
                       : bad == 0    ? "it does what it says"
                       : bad == 1    ? std::string("one thing is not as it seems")
                                     : fmt::format("{} things are not as they seem", bad)));
  }
  if (arguments.given("output") && reading.used) {
    write_effective(std::move(reading.table), arguments.text("output"));
  }
  return bad > 0 || !reading.used ? 1 : 0;
}

}  // namespace

constinit const Command lint_command{
    .name = "lint",
    .operands = "FILE",
    .brief = "what a library will really do with a decision file, rule by rule",
    .details =
        "Reads rules of Open MPI (classic or JSON), selection JSON of MPICH and ucc.conf or TUNE strings of\n"
        "UCC as the library of --target would, and tells line by line what is shadowed, ignored, unsafe,\n"
        "looked up by another size than one would think, or makes it drop the file in silence. Exit code 1\n"
        "if there is more than notes. --commutative-only: no user has operators that do not commute.\n"
        "--output writes what is in effect as a table of Ringwood's (ringwood.decisions/1).",
    .operands_min = 1,
    .operands_max = 1,
    .options = kOptions,
    .examples =
        {"printf '1\\n2\\n1\\n2\\n1\\n0 3 0 0\\n' > rules.conf && ringwood lint rules.conf --target open-mpi-4.1",
         "printf 'UCC_TL_UCP_TUNE=allreduce:0-inf:@knomial\\n' > ucc.conf && ringwood lint ucc.conf",
         "printf '1\\n2\\n1\\n2\\n1\\n0 6 0 0\\n' > rules.conf && ringwood lint rules.conf --output effective.json"},
    .run = run,
};

}  // namespace ringwood::cli
