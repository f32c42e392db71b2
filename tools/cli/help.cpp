#include "tools/cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/cli/arguments.hpp"

namespace ringwood::cli {

namespace {

constexpr std::size_t kTextWidth = 80;
constexpr std::size_t kOptionWidth = 26;

/// Breaks a text at blanks so that it fits beside the options' names.
[[nodiscard]] std::string indented(std::string_view text, std::size_t indent) {
  std::string result;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (column > indent && column + end + 1 > kTextWidth) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      result += ' ';
      ++column;
    }
    result += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

[[nodiscard]] std::string line_of(const OptionUse& use) {
  const OptionInfo& option = option_named(use.name);
  const std::string name = fmt::format("  --{}{}{}", option.name, option.value.empty() ? "" : " ", option.value);
  std::string meaning(option.meaning);
  if (!use.accepted.empty()) {
    meaning += fmt::format(": {}", use.accepted);
  }
  if (!use.fallback.empty()) {
    meaning += fmt::format(" [{}]", use.fallback);
  }
  return fmt::format("{:<{}}  {}\n", name, kOptionWidth, indented(meaning, kOptionWidth + 2));
}

}  // namespace

std::string overview() {
  std::string text =
      "Ringwood: collectives for MPI programs, and a simulator of the very same collectives.\n\n"
      "Usage: ringwood COMMAND [ARGUMENTS] [OPTIONS]\n\nCommands:\n";
  for (const Command* command : all_commands()) {
    text += fmt::format("  {:<12}{}\n", command->name, command->brief);
  }
  text +=
      "\nTry:\n"
      "  ringwood show allreduce ring --ranks 4\n"
      "  ringwood simulate allreduce --algorithm all --ranks 64 --sizes 1KiB..64MiB*16\n"
      "  mpirun -n 4 ringwood bench allreduce --algorithm all\n"
      "\n`ringwood COMMAND --help` has the options of a command, and examples.\n";
  return text;
}

std::string help_of(const Command& command) {
  std::string text = fmt::format("Usage: ringwood {}{}{} [OPTIONS]\n\n{}\n", command.name,
                                 command.operands.empty() ? "" : " ", command.operands, command.brief);
  if (!command.details.empty()) {
    text += fmt::format("\n{}\n", command.details);
  }
  text += "\nOptions:\n";
  for (const OptionUse& use : command.options) {
    text += line_of(use);
  }
  text += line_of({"plugin"}) + line_of({"help"});
  text += "\nExamples:\n";
  for (const std::string_view example : command.examples) {
    text += fmt::format("  {}\n", example);
  }
  return text;
}

}  // namespace ringwood::cli
