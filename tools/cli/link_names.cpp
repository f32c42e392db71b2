#include "tools/cli/link_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "sim/what_if/changed_network.hpp"
#include "tools/cli/arguments.hpp"
#include "topology/catalogue.hpp"

namespace ringwood::cli {

namespace {

/// A vertex's name taken apart: "group 3 router 1" has the words "group router" and the numbers 3 (of "group") and 1
/// (of "router").
struct NameParts {
  std::string words;
  std::vector<std::string> numbers;
  std::vector<std::string> number_of;
};

[[nodiscard]] NameParts parts_of(const std::string& name) {
  NameParts parts;
  std::string word;
  for (std::size_t i = 0; i < name.size();) {
    const auto is_digit = [&](std::size_t at) { return std::isdigit(static_cast<unsigned char>(name[at])) != 0; };
    const auto is_letter = [&](std::size_t at) { return std::isalpha(static_cast<unsigned char>(name[at])) != 0; };
    std::size_t end = i + 1;
    if (is_digit(i)) {
      while (end < name.size() && is_digit(end)) {
        ++end;
      }
      parts.numbers.push_back(name.substr(i, end - i));
      parts.number_of.push_back(word);
    } else if (is_letter(i)) {
      while (end < name.size() && is_letter(end)) {
        ++end;
      }
      word = name.substr(i, end - i);
      parts.words += (parts.words.empty() ? "" : " ") + word;
    }
    i = end;
  }
  return parts;
}

[[nodiscard]] std::vector<std::string> all_levels(const Topology& network) {
  std::vector<std::string> levels;
  for (LinkId link = 0; link < network.links(); ++link) {
    std::string level = level_name(network, link);
    if (std::find(levels.begin(), levels.end(), level) == levels.end()) {
      levels.push_back(std::move(level));
    }
  }
  return levels;
}

}  // namespace

std::string link_name(const Topology& network, LinkId link) {
  const Link ends = network.link(link);
  return network.vertex_name(ends.from) + " -> " + network.vertex_name(ends.to);
}

std::string level_name(const Topology& network, LinkId link) {
  const Link ends = network.link(link);
  const NameParts from = parts_of(network.vertex_name(ends.from));
  const NameParts to = parts_of(network.vertex_name(ends.to));
  if (from.words != to.words || from.numbers.size() != to.numbers.size()) {
    return from.words + " -> " + to.words;
  }
  const auto differs = std::mismatch(from.numbers.begin(), from.numbers.end(), to.numbers.begin()).first;
  const auto position = static_cast<std::size_t>(differs - from.numbers.begin());
  if (position < from.numbers.size() && !from.number_of[position].empty()) {
    return fmt::format("between {}s", from.number_of[position]);
  }
  return fmt::format("dimension {}", position);
}

std::vector<LinkId> links_named(const Topology& network, std::string_view name) {
  if (name.starts_with('#')) {
    return {parse_integer(name.substr(1), {0, network.links() - 1}, "link")};
  }
  std::vector<LinkId> links;
  for (LinkId link = 0; link < network.links(); ++link) {
    if (level_name(network, link) == name || link_name(network, link) == name) {
      links.push_back(link);
    }
  }
  if (links.empty()) {
    throw unknown_word("link or level", name, all_levels(network));
  }
  return links;
}

std::string routing_of(const std::string& machine) {
  const std::string outer = machine.substr(0, machine.find(';'));
  const TopologyFamily* family = find_topology_family(outer.substr(0, outer.find(':')));
  if (family == nullptr) {
    return "of the machine, one path a pair";
  }
  for (const auto& [key, value] : MachineSpec::parse(outer).values) {
    if (key == "routing") {
      return value;
    }
  }
  for (const KeyInfo& key : family->keys) {
    if (key.name == "routing") {
      return std::string(key.fallback);
    }
  }
  return "the only one of its kind";
}

std::shared_ptr<const Topology> degraded(std::shared_ptr<const Topology> network, std::string_view text) {
  std::vector<LinkFactor> changes;
  while (!text.empty()) {
    const std::string_view entry = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(entry.size() + 1, text.size()));
    const std::size_t equals = entry.rfind('=');
    if (equals == std::string_view::npos) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("--degrade '{}' is not NAME=FACTOR, such as 'host 3 -> leaf 0=0.5'", entry));
    }
    const std::string_view value = entry.substr(equals + 1);
    const double factor = value == "0" ? 0 : parse_ratio(value, "--degrade");
    for (const LinkId link : links_named(*network, entry.substr(0, equals))) {
      changes.push_back({link, factor});
    }
  }
  return change_links(std::move(network), changes);
}

}  // namespace ringwood::cli
