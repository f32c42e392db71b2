#include "tools/cli/decision_files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

}  // namespace

std::string decision_file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw Error(ErrorKind::kInput, fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
  }
  std::string text;
  char block[8192];
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMostBytes) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: more than {} bytes, which is the most accepted", path, kMostBytes));
    }
  }
  if (file.bad()) {
    throw Error(ErrorKind::kSystem, fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  }
  return text;
}

DecisionTable decision_table_of(const Arguments& arguments) {
  const std::string path = arguments.text("table");
  return read_decision_table(decision_file_text(path), path, known_library());
}

int export_table(const Arguments& arguments) {
  const DecisionTable table = decision_table_of(arguments);
  const DecisionTarget target = parse_decision_target(arguments.text("format"));
  DecisionExportOptions options;
  options.commutative_only = arguments.given("commutative-only");
  options.file_name = arguments.text("output");
  if (arguments.given("splice")) {
    options.splice = decision_file_text(arguments.text("splice"));
  }
  const DecisionExport written = export_decisions(table, target, options);
  if (arguments.given("output")) {
    write_whole_file(arguments.text("output"), written.text);
  } else {
    print(written.text);
  }
  for (const std::string& warning : written.warnings) {
    remark("warning: " + warning);
  }
  if (!arguments.given("quiet")) {
    remark("to use it: " + written.usage);
  }
  return 0;
}

}  // namespace ringwood::cli
