// ringwood COMMAND: finds the command, and turns what it throws into one line on standard error and an exit code.

#include <csignal>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/help.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr int kWrongUsage = 2;
constexpr int kSystemFailed = 3;

[[nodiscard]] const Command& command_named(const std::string& name) {
  std::vector<std::string> names;
  for (const Command* command : all_commands()) {
    if (command->name == name) {
      return *command;
    }
    names.emplace_back(command->name);
  }
  throw unknown_word("command", name, names);
}

/// Who complains, and whether its copies on other ranks say the same.
struct Speaker {
  std::string name = "ringwood";
  bool over_ranks = false;
};

/// What one rank cannot load others may have: each tells of its own.
void load_all_plugins(const Arguments& arguments, Speaker& who) {
  const bool over_ranks = std::exchange(who.over_ranks, false);
  load_named_plugins();
  load_plugins(arguments.text("plugin"));
  who.over_ranks = over_ranks;
}

[[nodiscard]] int dispatch(const std::vector<std::string>& words, Speaker& who) {
  if (words.empty()) {
    throw Error(ErrorKind::kUsage, "no command is given; `ringwood --help` lists them");
  }
  const std::string& first = words.front();
  if (first == "--version") {
    print("ringwood " RINGWOOD_VERSION "\n");
    return 0;
  }
  const bool help = first == "--help" || first == "-h" || first == "help";
  if (help && words.size() == 1) {
    print(overview());
    return 0;
  }
  const Command& command = command_named(help ? words[1] : first);
  if (help) {
    print(help_of(command));
    return 0;
  }
  who.name += " " + std::string(command.name);
  who.over_ranks = command.over_ranks;
  const Arguments arguments(command, {words.begin() + 1, words.end()});
  if (arguments.given("help")) {
    print(command.over_ranks && launched_rank() > 0 ? "" : help_of(command));
    return 0;
  }
  load_all_plugins(arguments, who);
  return command.run(arguments);
}

/// Remarks are one line, whatever somebody else's exception says.
[[nodiscard]] int failed(const Speaker& who, std::string message, int code) {
  if (who.over_ranks && launched_rank() > 0) {
    return 0;  // a launcher that saw this rank fail would end the first one before it has said why
  }
  for (char& character : message) {
    character = character == '\n' ? ' ' : character;
  }
  remark(who.name + ": " + message);
  return code;
}

[[nodiscard]] int run(int count, char** arguments) {
  Speaker who;
  try {
    const int code = dispatch({arguments + 1, arguments + count}, who);
    flush_output();
    return code;
  } catch (const Error& error) {
    return failed(who, error.what(), error.kind() == ErrorKind::kSystem ? kSystemFailed : kWrongUsage);
  } catch (const std::bad_alloc&) {
    return failed(who, "out of memory; ask for fewer ranks, chunks or threads", kSystemFailed);
  } catch (const std::exception& error) {
    return failed(who, error.what(), kSystemFailed);
  }
}

}  // namespace

}  // namespace ringwood::cli

int main(int argc, char** argv) {
  // A closed pipe is then an error of the write, and reported like a full disk.
  std::signal(SIGPIPE, SIG_IGN);
  return ringwood::cli::run(argc, argv);
}
