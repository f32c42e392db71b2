// ringwood manual: manual pages from the tables that the parser and `--help` use.

#include <fmt/format.h>

#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

/// Text for troff: backslashes, and lines that would be requests.
[[nodiscard]] std::string escaped(std::string_view text) {
  std::string result;
  bool line_start = true;
  for (const char character : text) {
    if (line_start && (character == '.' || character == '\'')) {
      result += "\\&";
    }
    if (character == '\\') {
      result += "\\e";
    } else if (character == '-') {
      result += "\\-";
    } else {
      result += character;
    }
    line_start = character == '\n';
  }
  return result;
}

[[nodiscard]] std::string head(std::string_view name, std::string_view brief) {
  return fmt::format(".TH {} 1 \"\" \"ringwood {}\" \"Ringwood\"\n.SH NAME\n{} \\- {}\n", name, RINGWOOD_VERSION,
                     escaped(name), escaped(brief));
}

[[nodiscard]] std::string option_text(const OptionUse& use) {
  const OptionInfo& option = option_named(use.name);
  std::string text = fmt::format(".TP\n.B {}", escaped(fmt::format("--{}", option.name)));
  if (!option.value.empty()) {
    text += fmt::format(" \\fI{}\\fR", option.value);
  }
  text += "\n" + escaped(option.meaning);
  if (!use.accepted.empty()) {
    text += fmt::format(": {}", escaped(use.accepted));
  }
  if (!use.fallback.empty()) {
    text += fmt::format(". Without it: {}", escaped(use.fallback));
  }
  return text + "\n";
}

[[nodiscard]] std::string page_of(const Command& command) {
  std::string text = head(fmt::format("ringwood-{}", command.name), command.brief);
  text += fmt::format(".SH SYNOPSIS\n.B ringwood {}\n\\fI{}\\fR [\\fIOPTIONS\\fR]\n", command.name,
                      escaped(command.operands));
  if (!command.details.empty()) {
    text += fmt::format(".SH DESCRIPTION\n{}\n", escaped(command.details));
  }
  text += ".SH OPTIONS\n";
  for (const OptionUse& use : command.options) {
    text += option_text(use);
  }
  text += option_text({"plugin"}) + option_text({"help"});
  text += ".SH EXAMPLES\n.nf\n";
  for (const std::string_view example : command.examples) {
    text += escaped(example) + "\n";
  }
  return text +
         ".fi\n.SH EXIT STATUS\n0 done; 1 a check did not hold; 2 the command line or an input file is wrong; 3 the "
         "system "
         "failed; 75 out of time, start again.\n.SH SEE ALSO\n.BR ringwood (1)\n";
}

[[nodiscard]] std::string main_page() {
  std::string text = head("ringwood", "collectives for MPI programs, and a simulator of the very same collectives");
  text += ".SH SYNOPSIS\n.B ringwood\n\\fICOMMAND\\fR [\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]\n.SH COMMANDS\n";
  for (const Command* const command : all_commands()) {
    text += fmt::format(".TP\n.BR ringwood\\-{} (1)\n{}\n", command->name, escaped(command->brief));
  }
  return text;
}

int run(const Arguments& arguments) {
  if (arguments.operands().empty()) {
    print(main_page());
    return 0;
  }
  std::vector<std::string> names;
  for (const Command* const command : all_commands()) {
    if (command->name == arguments.operands().front()) {
      print(page_of(*command));
      return 0;
    }
    names.emplace_back(command->name);
  }
  throw unknown_word("command", arguments.operands().front(), names);
}

}  // namespace

constinit const Command manual_command{
    .name = "manual",
    .operands = "[COMMAND]",
    .brief = "manual pages, made from the same tables as `--help`",
    .details = "In the form that `man` reads; packages install them as ringwood.1 and ringwood-COMMAND.1.",
    .operands_min = 0,
    .operands_max = 1,
    .options = {},
    .examples = {"ringwood manual > ringwood.1", "ringwood manual sweep > ringwood-sweep.1", "ringwood manual report"},
    .run = run,
};

}  // namespace ringwood::cli
