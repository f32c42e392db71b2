#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "decision/ucc.hpp"
#include "decision/writers.hpp"

namespace ringwood {

namespace {

using namespace ucc;

/// One section's variables: the ranges of TUNE, and of each radix.
struct Section {
  CountRange ranks;
  CountRange nodes;
  std::vector<std::string> tokens;
  std::map<std::string, std::string> radices;
};

[[nodiscard]] std::string sizes_text(const CountRange& bytes, std::int64_t factor) {
  // A range ends where the next begins.
  return fmt::format("{}-{}", bytes.least / factor,
                     bytes.most == CountRange::kUnlimited ? "inf" : std::to_string((bytes.most + 1) / factor));
}

[[nodiscard]] Section& section_for(std::vector<Section>& sections, const DecisionRule& rule) {
  const auto known = std::find_if(sections.begin(), sections.end(), [&](const Section& section) {
    return section.ranks == rule.ranks && section.nodes == rule.nodes;
  });
  if (known != sections.end()) {
    return *known;
  }
  return sections.emplace_back(Section{rule.ranks, rule.nodes, {}, {}});
}

[[nodiscard]] std::size_t add_collective(const CollectiveDecisions& decisions, DecisionWriting& writing,
                                         std::vector<Section>& sections) {
  const std::string_view collective = their_collective(decisions.collective);
  std::map<std::string, Counterpart> choices;
  const TranslatedDecisions theirs = translated(
      decisions,
      [&](std::string_view algorithm, Rank, Bytes) -> std::optional<std::string> {
        if (algorithm == "native") {
          return "UCC's own choice";
        }
        const std::optional<Counterpart> choice = counterpart(collective, algorithm, writing.target());
        if (!choice) {
          return std::nullopt;
        }
        const std::string name = fmt::format("{}{}", choice->algorithm->name,
                                             choice->radix > 0 ? fmt::format(" radix {}", choice->radix) : "");
        choices[name] = *choice;
        return name;
      },
      false);
  writing.warn_of(collective, theirs.losses);
  std::size_t count = 0;
  for (const DecisionRule& rule : theirs.rules) {
    const auto choice = choices.find(rule.algorithm);
    if (choice == choices.end()) {
      continue;
    }
    Section& section = section_for(sections, rule);
    const Rank ranks =
        rule.at_ranks > 0 ? rule.at_ranks : static_cast<Rank>(std::min<std::int64_t>(rule.ranks.least, 1 << 30));
    const std::string sizes = sizes_text(rule.bytes, our_bytes_per_size(collective, ranks));
    section.tokens.push_back(has_size(collective)
                                 ? fmt::format("{}:{}:host:@{}", collective, sizes, choice->second.algorithm->name)
                                 : fmt::format("{}:host:@{}", collective, choice->second.algorithm->name));
    if (choice->second.radix > 0) {
      std::string& radices = section.radices[std::string(choice->second.algorithm->radix_variable)];
      radices += fmt::format("{}{}:host:{}", radices.empty() ? "" : ",", sizes, choice->second.radix);
    }
    ++count;
  }
  return count;
}

[[nodiscard]] std::string range_text(const CountRange& range) {
  // Sections have no word for "no limit".
  constexpr std::int64_t kMany = 10'000'000;
  const std::int64_t most = std::min(range.most, kMany);
  return range.least == most ? std::to_string(most) : fmt::format("{}-{}", range.least, most);
}

[[nodiscard]] std::string section_text(const Section& section, Rank ranks_per_node) {
  std::string head;
  const bool all_ranks = section.ranks.least <= 2 && section.ranks.most == CountRange::kUnlimited;
  if (!all_ranks) {
    head += fmt::format("team_size={} ", range_text(section.ranks));
  }
  if (section.nodes != DecisionRule().nodes) {
    head += fmt::format("nnodes={} ", range_text(section.nodes));
  }
  if (ranks_per_node > 0 && !head.empty()) {
    head += fmt::format("ppn={} ", ranks_per_node);
  }
  std::string text;
  if (!head.empty()) {
    head.pop_back();
    text += fmt::format("\n[{}]\n", head);
  }
  std::string tokens;
  for (const std::string& token : section.tokens) {
    tokens += (tokens.empty() ? "" : "#") + token;
  }
  text += fmt::format("UCC_TL_UCP_TUNE={}\n", tokens);
  for (const auto& [variable, value] : section.radices) {
    text += fmt::format("UCC_TL_UCP_{}={}\n", variable, value);
  }
  return text;
}

}  // namespace

DecisionExport write_ucc(const DecisionTable& table, DecisionWriting& writing) {
  std::vector<Section> sections;
  std::size_t rules = 0;
  for (const CollectiveDecisions& decisions : table.collectives) {
    rules += add_collective(decisions, writing, sections);
  }
  // What holds everywhere stands before the first section.
  std::stable_sort(sections.begin(), sections.end(), [](const Section& a, const Section& b) {
    const bool everywhere_a = a.ranks.least <= 2 && a.ranks.most == CountRange::kUnlimited;
    const bool everywhere_b = b.ranks.least <= 2 && b.ranks.most == CountRange::kUnlimited;
    return std::tuple(!everywhere_a, a.ranks.least, a.nodes.least) <
           std::tuple(!everywhere_b, b.ranks.least, b.nodes.least);
  });
  std::string text;
  for (const std::string& line : provenance_lines(table)) {
    text += "# " + line + "\n";
  }
  for (const Section& section : sections) {
    text += section_text(section, writing.options().ranks_per_node);
  }
  writing.warn("UCC reduces with its own operators only: calls with operators of users never get there");
  return writing.finish(
      std::move(text),
      fmt::format("UCC_CONFIG_FILE={} (or as $HOME/ucc.conf); UCC_COLL_TRACE=INFO shows what is chosen",
                  writing.file_name()),
      rules);
}

}  // namespace ringwood
