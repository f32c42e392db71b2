#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/units.hpp"
#include "decision/located_json.hpp"
#include "decision/open_mpi.hpp"

namespace ringwood::open_mpi {

namespace {

/// Their sizes for ours: of all ranks' vectors of an alltoall in a row, theirs is one rank's.
[[nodiscard]] Bytes their_bytes(int collective, Bytes bytes, Rank ranks) {
  return collective == 3 && bytes != CountRange::kUnlimited ? bytes / std::max<Rank>(ranks, 1) : bytes;
}

[[nodiscard]] Bytes our_bytes(int collective, Bytes bytes, std::int64_t ranks) {
  if (collective != 3 || bytes == CountRange::kUnlimited) {
    return bytes;
  }
  return bytes > CountRange::kUnlimited / std::max<std::int64_t>(ranks, 1) ? CountRange::kUnlimited : bytes * ranks;
}

/// The ids that a collective of ours is known by.
[[nodiscard]] std::vector<int> theirs(Collective collective) {
  std::vector<int> ids;
  for (int id = 0; id < kCollectives; ++id) {
    if (ours(id) == collective) {
      ids.push_back(id);
    }
  }
  return ids;
}

/// "native:algorithm=ring,segment=64KiB" as it was measured; nothing for what the target does not know.
[[nodiscard]] std::optional<Choice> own_choice(int collective, std::string_view request, const DecisionTarget& target) {
  Choice choice;
  request.remove_prefix(std::string_view("native:").size());
  while (!request.empty()) {
    const std::string_view entry = request.substr(0, request.find(','));
    request.remove_prefix(std::min(entry.size() + 1, request.size()));
    const std::size_t equals = std::min(entry.find('='), entry.size() - 1);
    const std::string_view key = entry.substr(0, equals);
    const std::string_view value = entry.substr(equals + 1);
    if (key == "algorithm") {
      choice.algorithm = find_algorithm(collective, value, target);
    } else if (key == "segment") {
      choice.segment = parse_bytes(value, "segment");
    } else if (key == "fanout") {
      choice.fan = parse_integer(value, {0, 1024}, "fanout");
    }
  }
  return choice.algorithm == nullptr ? std::nullopt : std::optional<Choice>(choice);
}

/// Remembers what each translated name stands for.
class Words {
 public:
  Words(int collective, const DecisionWriting& writing) : collective_(collective), writing_(writing) {}

  [[nodiscard]] std::optional<std::string> name(std::string_view algorithm, Rank ranks, Bytes bytes) {
    if (algorithm == "native") {
      choices_["native"] = {};
      return "native";
    }
    const std::optional<Choice> choice = is_forced_native(algorithm)
                                             ? own_choice(collective_, algorithm, writing_.target())
                                             : counterpart(collective_, algorithm, ranks, bytes, writing_.target());
    if (!choice || (choice->algorithm->unsafe && !writing_.options().commutative_only)) {
      unsafe_ = unsafe_ || choice.has_value();
      return std::nullopt;
    }
    std::string text(choice->algorithm->name);
    if (choice->segment != 0) {
      text += fmt::format(" in segments of {} bytes", choice->segment);
    }
    choices_[text] = *choice;
    return text;
  }

  [[nodiscard]] const Choice& choice(const std::string& name) const { return choices_.at(name); }

  /// Whether something was left out because it is unsafe.
  [[nodiscard]] bool left_out() const { return unsafe_; }

 private:
  int collective_;
  const DecisionWriting& writing_;
  std::map<std::string, Choice> choices_;
  bool unsafe_ = false;
};

[[nodiscard]] Section section_of(int collective, const CollectiveDecisions& decisions, NativeTimings native,
                                 DecisionWriting& writing) {
  Words words(collective, writing);
  const TranslatedDecisions theirs = translated(
      decisions,
      [&](std::string_view algorithm, Rank ranks, Bytes bytes) { return words.name(algorithm, ranks, bytes); }, true,
      native);
  writing.warn_of(collective_name(collective), theirs.losses);
  if (words.left_out()) {
    writing.warn(
        fmt::format("{}: algorithms that are wrong for operators that do not commute were left out; "
                    "--commutative-only takes them in",
                    collective_name(collective)));
  }
  Section section{.collective = collective, .blocks = blocks_of(theirs.rules), .choices = {}};
  for (RankBlock& block : section.blocks) {
    section.choices.emplace_back();
    for (DecisionRule& rule : block.rules) {
      section.choices.back().push_back(words.choice(rule.algorithm));
      const Rank ranks =
          rule.at_ranks > 0 ? rule.at_ranks : static_cast<Rank>(std::min<std::int64_t>(rule.ranks.least, 1 << 30));
      rule.bytes.least = their_bytes(collective, rule.bytes.least, ranks);
      rule.bytes.most = their_bytes(collective, rule.bytes.most, ranks);
    }
  }
  return section;
}

[[nodiscard]] bool depends_on_nodes(const CollectiveDecisions& decisions) {
  return std::any_of(decisions.rules.begin(), decisions.rules.end(),
                     [](const DecisionRule& rule) { return rule.nodes != DecisionRule().nodes; });
}

}  // namespace

std::vector<Section> sections_of(const DecisionTable& table, DecisionWriting& writing) {
  const bool own = table.provenance.mpi.starts_with("Open MPI");
  std::vector<Section> sections;
  for (const CollectiveDecisions& decisions : table.collectives) {
    if (depends_on_nodes(decisions)) {
      writing.warn(
          fmt::format("{}: the choice depends on how many nodes the ranks are on, which cannot be said; "
                      "written for the most nodes of each number of ranks",
                      name_of(decisions.collective)));
    }
    for (const int collective : theirs(decisions.collective)) {
      Section section = section_of(collective, decisions, own ? NativeTimings::kOwn : NativeTimings::kForeign, writing);
      if (!section.blocks.empty()) {
        sections.push_back(std::move(section));
      }
    }
  }
  std::sort(sections.begin(), sections.end(),
            [](const Section& a, const Section& b) { return a.collective < b.collective; });
  return sections;
}

std::string usage_of(const DecisionWriting& writing) {
  std::string flags =
      "--mca coll_tuned_use_dynamic_rules 1 --mca coll_tuned_dynamic_rules_filename " + writing.file_name();
  if (writing.target().major >= 5) {
    // Otherwise HAN serves communicators that span nodes, and the rules only its parts.
    flags += " --mca coll_han_priority 0";
  }
  return "mpirun " + flags;
}

DecisionTable table_of(const std::vector<Rule>& rules, const DecisionTarget& target) {
  DecisionTable table;
  table.provenance.source = "rules of " + name_of(target);
  for (const Rule& rule : rules) {
    const std::optional<Collective> collective = ours(rule.collective);
    // Of the two reduce-scatters, the one with equal blocks is ours where a file has both.
    if (!collective || rule.ranks.empty() || rule.bytes.empty()) {
      continue;
    }
    const std::optional<std::string> expression = expression_of(rule, target);
    CollectiveDecisions* decisions = nullptr;
    for (CollectiveDecisions& known : table.collectives) {
      if (known.collective == *collective) {
        decisions = &known;
      }
    }
    if (decisions == nullptr) {
      decisions = &table.collectives.emplace_back();
      decisions->collective = *collective;
    }
    DecisionRule translated_rule;
    translated_rule.ranks = {std::max<std::int64_t>(rule.ranks.least, 1), rule.ranks.most};
    translated_rule.bytes = {our_bytes(rule.collective, rule.bytes.least, rule.ranks.least),
                             our_bytes(rule.collective, rule.bytes.most, rule.ranks.least)};
    translated_rule.algorithm =
        expression.value_or(fmt::format("{} {} {}", name_of(target), collective_name(rule.collective), rule.algorithm));
    decisions->rules.push_back(std::move(translated_rule));
  }
  return table;
}

}  // namespace ringwood::open_mpi

namespace ringwood {

DecisionReading read_open_mpi(std::string_view text, const DecisionTarget& target) {
  const std::size_t start = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool is_json = start != std::string_view::npos && text[start] == '{';
  if (is_json && target.major >= 6) {
    return read_open_mpi_json(text, target);
  }
  if (!is_json) {
    return read_open_mpi_classic(text, target);
  }
  DecisionReading reading;
  reading.used = false;
  reading.findings.push_back({.place = file_place_of(text, start),
                              .level = FindingLevel::kError,
                              .code = "json-too-new",
                              .message = name_of(target) +
                                         " does not know JSON, which 6.x was the first to read: it looks "
                                         "for numbers only, and drops the file without a message"});
  return reading;
}

}  // namespace ringwood
