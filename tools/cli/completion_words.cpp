#include "tools/cli/completion_words.hpp"

#include <algorithm>
#include <set>

#include "ringwood/collective.hpp"
#include "ringwood/plugin.hpp"
#include "ringwood/reduction.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/command.hpp"
#include "topology/catalogue.hpp"
#include "topology/presets.hpp"

namespace ringwood::cli {

namespace {

using Words = std::vector<std::string>;

[[nodiscard]] Words command_names() {
  Words names{"--help", "--version", "help"};
  for (const Command* const command : all_commands()) {
    names.emplace_back(command->name);
  }
  return names;
}

[[nodiscard]] Words collective_names() {
  Words names;
  for (const Collective collective : kAllCollectives) {
    names.emplace_back(name_of(collective));
  }
  return names;
}

/// Algorithms of the collectives that the words name, or of all if they name none.
[[nodiscard]] Words algorithm_names(const Words& words) {
  const auto named = [&](Collective collective) {
    return std::find(words.begin(), words.end(), name_of(collective)) != words.end();
  };
  const bool any = std::any_of(std::begin(kAllCollectives), std::end(kAllCollectives), named);
  std::set<std::string> names;
  for (const Algorithm* const algorithm : known_catalogue()) {
    if (!any || named(algorithm->collective)) {
      names.emplace(algorithm->name);
    }
  }
  return {names.begin(), names.end()};
}

[[nodiscard]] Words machine_names() {
  Words names{"local"};
  for (const TopologyFamily* const family : topology_families()) {
    names.emplace_back(family->name);
  }
  for (const MachinePreset& preset : machine_presets()) {
    names.emplace_back(preset.name);
  }
  return names;
}

[[nodiscard]] Words type_names() {
  Words names;
  for (const ElementType known : all_element_types()) {
    names.emplace_back(name_of(known));
  }
  return names;
}

/// "table, json, csv" as words.
[[nodiscard]] Words split(std::string_view list) {
  Words words;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(", "), list.size());
    words.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 2, list.size()));
  }
  return words;
}

[[nodiscard]] Words values_of(const OptionUse& use, const Words& words) {
  if (!use.accepted.empty()) {
    return split(use.accepted);
  }
  if (use.name == "algorithm") {
    Words names = algorithm_names(words);
    names.insert(names.end(), {"all", "native", "native-all", "selected"});
    return names;
  }
  if (use.name == "machine") {
    return machine_names();
  }
  if (use.name == "type") {
    return type_names();
  }
  if (use.name == "op") {
    return {"sum", "prod", "min", "max", "band", "bor", "bxor", "land", "lor"};
  }
  if (use.name == "map") {
    return {"block", "round-robin"};
  }
  if (use.name == "color") {
    return {"auto", "always", "never"};
  }
  if (use.name == "model") {
    return {"loggops", "flow"};
  }
  return use.fallback.empty() ? Words{} : Words{std::string(use.fallback)};
}

[[nodiscard]] Words options_of(const Command& command, const Words& words) {
  Words names;
  for (const OptionUse& use : command.options) {
    std::string name = "--" + std::string(use.name);
    if (std::find(words.begin(), words.end(), name) == words.end()) {
      names.push_back(std::move(name));
    }
  }
  names.insert(names.end(), {"--plugin", "--help"});
  return names;
}

[[nodiscard]] const OptionUse* option_before_last(const Command& command, const Words& words) {
  const std::string& before = words[words.size() - 2];
  for (const OptionUse& use : command.options) {
    if (before == "--" + std::string(use.name) && !option_named(use.name).value.empty()) {
      return &use;
    }
  }
  return nullptr;
}

[[nodiscard]] Words operands_of(const Command& command, const Words& words) {
  const std::string_view operands = command.operands;
  if (command.name == "completion") {
    return {"bash", "fish", "zsh"};
  }
  if (command.name == "list") {
    return {"algorithms", "collectives", "machines", "models", "workloads", "formats"};
  }
  if (command.name == "machine") {
    return machine_names();
  }
  if (command.name == "manual") {
    return command_names();
  }
  const bool second = words.size() > 2 && operands.find("ALGORITHM") != std::string_view::npos;
  if (operands.find("COLLECTIVE") == std::string_view::npos) {
    return {};
  }
  return second ? algorithm_names(words) : collective_names();
}

[[nodiscard]] Words candidates(const Words& words) {
  const std::span<const Command* const> commands = all_commands();
  if (words.size() < 2) {
    return command_names();
  }
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command* command) { return command->name == words.front(); });
  if (found == commands.end()) {
    return words.front() == "help" ? command_names() : Words{};
  }
  const Command& command = **found;
  if (const OptionUse* const use = option_before_last(command, words); use != nullptr) {
    return values_of(*use, words);
  }
  return words.back().starts_with("-") ? options_of(command, words) : operands_of(command, words);
}

}  // namespace

std::vector<std::string> completions(const std::vector<std::string>& words) {
  const std::string begun = words.empty() ? "" : words.back();
  Words result;
  for (std::string& word : candidates(words)) {
    if (word.starts_with(begun)) {
      result.push_back(std::move(word));
    }
  }
  return result;
}

}  // namespace ringwood::cli
