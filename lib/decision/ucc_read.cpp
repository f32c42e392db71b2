#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/nearest.hpp"
#include "decision/findings.hpp"
#include "decision/located_json.hpp"
#include "decision/ucc.hpp"
#include "decision/ucc_text.hpp"
#include "decision/ucc_token.hpp"
#include "decision/writers.hpp"

// UCC's score strings: a value of UCC_TL_UCP_TUNE and its like, or a ucc.conf with such variables in sections.
namespace ringwood {

namespace {

using namespace ucc;

// The longest line of a file that old versions read; the rest is lost in silence.
constexpr std::size_t kLineOfOldVersions = 500;

constexpr std::string_view kSectionKeys[] = {"vendor", "model", "team_size", "ppn", "sock", "nnodes"};

class Linter {
 public:
  Linter(const DecisionTarget& target, Findings& findings) : target_(target), findings_(findings) {}

  void file(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) {
      text.remove_prefix(kByteOrderMark.size());
    }
    std::size_t number = 0;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      ++number;
      line({text.substr(0, end), {number, 1}});
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  [[nodiscard]] std::vector<std::pair<std::string, DecisionRule>> take() { return std::move(rules_); }

 private:
  void line(Piece piece) {
    piece = trimmed(piece);
    if (piece.text.empty() || piece.text.front() == '#' || piece.text.front() == ';') {
      return;
    }
    if (piece.text.size() > kLineOfOldVersions) {
      findings_.note(piece.place, "long-line",
                     fmt::format("a line of {} letters: old versions of UCC read {} and lose the rest in silence",
                                 piece.text.size(), kLineOfOldVersions));
    }
    if (piece.text.front() == '[') {
      section(piece);
      return;
    }
    const std::size_t equals = piece.text.find('=');
    if (equals == std::string_view::npos) {
      tune(piece, "UCC_TL_UCP_TUNE");
      return;
    }
    Piece name{piece.text.substr(0, equals), piece.place};
    const Piece value{piece.text.substr(equals + 1), {piece.place.line, piece.place.column + equals + 1}};
    constexpr std::string_view kExport = "export ";
    if (name.text.starts_with(kExport)) {
      findings_.warn(name.place, "export", "'export' is a word of shells: in a ucc.conf the line is ignored");
      name.text.remove_prefix(kExport.size());
    }
    variable(trimmed(name).text, name.place, trimmed(value));
  }

  void section(const Piece& piece) {
    in_section_ = true;
    teams_ = {};
    seen_.clear();
    variables_.clear();
    if (piece.text.back() != ']') {
      findings_.error(piece.place, "section", "the section has no ']'");
      return;
    }
    Piece inside{piece.text.substr(1, piece.text.size() - 2), {piece.place.line, piece.place.column + 1}};
    for (const Piece& part : split(inside, ' ')) {
      if (part.text.empty()) {
        continue;
      }
      const std::string_view key = part.text.substr(0, part.text.find('='));
      if (std::find(std::begin(kSectionKeys), std::end(kSectionKeys), key) == std::end(kSectionKeys)) {
        const std::vector<std::string> names(std::begin(kSectionKeys), std::end(kSectionKeys));
        findings_.error(
            part.place, "unknown-section-key",
            fmt::format("'{}' is no condition of a section{}; there are vendor, model, team_size, ppn, sock "
                        "and nnodes",
                        key.substr(0, 40), did_you_mean(key, names)));
      } else if (key == "team_size" && key.size() < part.text.size()) {
        teams_ = range_of(part.text.substr(key.size() + 1));
      }
      if (key != "vendor" && key != "model" &&
          !range_of(part.text.substr(std::min(key.size() + 1, part.text.size())))) {
        findings_.error(part.place, "bad-range",
                        fmt::format("'{}' is neither a number nor a range of them", part.text.substr(0, 40)));
      }
    }
  }

  void variable(std::string_view name, FilePlace place, const Piece& value) {
    if (!name.starts_with("UCC_")) {
      findings_.warn(place, "unknown-variable",
                     fmt::format("'{}' is no variable of UCC (UCC_...)", name.substr(0, 60)));
      return;
    }
    if (const auto [earlier, is_new] = variables_.emplace(name, place.line); !is_new) {
      findings_.warn(place, "repeated",
                     fmt::format("'{}' stands in line {} already: UCC keeps that one, with a warning",
                                 name.substr(0, 60), earlier->second));
      return;
    }
    if (in_section_ && !name.starts_with("UCC_TL_UCP_")) {
      findings_.warn(place, "not-in-section",
                     fmt::format("'{}' in a section: sections are read by tl/ucp (UCC_TL_UCP_...) only", name));
    }
    if (name.ends_with("_TUNE")) {
      check_layer(name, place, findings_);
      tune(value, name);
    } else if (name.starts_with("UCC_TL_UCP_") && name.ends_with("_RADIX")) {
      check_radix(name, place, value, findings_);
    }
  }

  void tune(const Piece& value, std::string_view variable) {
    hierarchical_ = variable.starts_with("UCC_CL_HIER");
    if (variable.starts_with("UCC_TL_") || hierarchical_) {
      ucp_ = variable == "UCC_TL_UCP_TUNE";
      for (const Piece& token : split(value, '#')) {
        if (const std::optional<Token> understood = read_token(token, findings_)) {
          check(*understood);
        }
      }
    }
  }

  void check(const Token& token) {
    if (!token.algorithm.empty() && token.collectives.size() != 1) {
      findings_.warn(token.place, "algorithm-without-collective",
                     fmt::format("@{} for {}: an algorithm belongs to one collective", token.algorithm.substr(0, 40),
                                 token.collectives.empty() ? "all collectives" : "several collectives"));
    }
    for (const std::string_view collective : token.collectives) {
      if (!token.sizes.empty() && !has_size(collective)) {
        findings_.warn(token.place, "size-ignored",
                       fmt::format("{} cannot be chosen by size: UCC does not know it in time", collective));
      }
      if (!token.sizes.empty() && our_bytes_per_size(collective, 2) != 1) {
        findings_.note(token.place, "size-definition",
                       fmt::format("{}: the size is that of one rank's destination buffer", collective));
      }
      if (!token.algorithm.empty() && ucp_) {
        check_algorithm(token, collective);
      } else if (!token.algorithm.empty() && hierarchical_ && !is_hierarchical_algorithm(collective, token.algorithm)) {
        findings_.error(token.place, "unknown-algorithm",
                        fmt::format("cl/hier has no '{}' for {}", token.algorithm.substr(0, 40), collective));
      }
    }
  }

  void check_algorithm(const Token& token, std::string_view collective) {
    if (!has_algorithms(collective)) {
      findings_.note(token.place, "unchecked",
                     fmt::format("the algorithms of {} are not known here: @{} is not checked", collective,
                                 token.algorithm.substr(0, 40)));
      return;
    }
    std::int64_t id = 0;
    const TheirAlgorithm* algorithm = nullptr;
    if (is_number_start(token.algorithm)) {
      const char* const begin = token.algorithm.data();
      std::from_chars(begin, begin + token.algorithm.size(), id);
      algorithm = find_algorithm(collective, static_cast<int>(std::min<std::int64_t>(id, 1000)), target_);
      findings_.note(token.place, "id", "an algorithm by its number: those differ between versions, names do not");
    } else {
      algorithm = find_algorithm(collective, token.algorithm, target_);
    }
    if (algorithm == nullptr) {
      const bool hierarchical = is_hierarchical_algorithm(collective, token.algorithm);
      findings_.error(token.place, "unknown-algorithm",
                      fmt::format("tl/ucp of {} has no '{}' for {}{}", name_of(target_), token.algorithm.substr(0, 40),
                                  collective, hierarchical ? "; it is one of UCC_CL_HIER_TUNE" : ""));
      return;
    }
    remember(token, collective, *algorithm);
  }

  void remember(const Token& token, std::string_view collective, const TheirAlgorithm& algorithm) {
    const bool for_host =
        token.memory.empty() || std::find(token.memory.begin(), token.memory.end(), "host") != token.memory.end();
    const std::vector<CountRange> sizes = token.sizes.empty() ? std::vector<CountRange>(1) : token.sizes;
    const std::vector<CountRange> teams = !token.teams.empty() ? token.teams
                                          : teams_             ? std::vector<CountRange>{*teams_}
                                                               : std::vector<CountRange>{{1, CountRange::kUnlimited}};
    for (const CountRange& team : teams) {
      for (const CountRange& size : sizes) {
        DecisionRule rule;
        rule.ranks = {std::max<std::int64_t>(team.least, 1), team.most};
        // Where one range ends the next begins.
        rule.bytes = {size.least,
                      size.most == CountRange::kUnlimited || size.most == size.least ? size.most : size.most - 1};
        rule.algorithm = algorithm.ours.empty() ? fmt::format("ucc {}", algorithm.name) : std::string(algorithm.ours);
        if (for_host) {
          check_shadow(rule, std::string(collective), token.place);
        }
      }
    }
  }

  void check_shadow(const DecisionRule& rule, const std::string& collective, FilePlace place) {
    for (const auto& [other_collective, other] : seen_) {
      if (other_collective != collective || other.ranks.least > rule.ranks.most ||
          other.ranks.most < rule.ranks.least || other.bytes.least > rule.bytes.most ||
          other.bytes.most < rule.bytes.least) {
        continue;
      }
      const bool covered = other.ranks.least <= rule.ranks.least && other.ranks.most >= rule.ranks.most &&
                           other.bytes.least <= rule.bytes.least && other.bytes.most >= rule.bytes.most;
      findings_.warn(
          place, covered ? "shadowed" : "overlap",
          covered
              ? fmt::format("{}: never taken: an earlier range is for all its sizes, and comes first; versions that "
                            "check refuse the string",
                            collective)
              : fmt::format("{}: overlaps an earlier range, which is taken where both fit; versions that check "
                            "refuse the string",
                            collective));
      if (covered) {
        return;
      }
    }
    seen_.emplace_back(collective, rule);
    rules_.emplace_back(collective, rule);
  }

  const DecisionTarget& target_;
  Findings& findings_;
  bool in_section_ = false;
  bool hierarchical_ = false;
  bool ucp_ = true;
  std::optional<CountRange> teams_;
  std::map<std::string, std::size_t, std::less<>> variables_;  // of this section, by line
  std::vector<std::pair<std::string, DecisionRule>> seen_;     // of this section
  std::vector<std::pair<std::string, DecisionRule>> rules_;
};

}  // namespace

DecisionReading read_ucc(std::string_view text, const DecisionTarget& target) {
  Findings findings;
  DecisionReading reading;
  reading.table.provenance.source = "rules of " + name_of(target);
  Linter linter(target, findings);
  linter.file(text.substr(0, kMostDecisionFileBytes));
  for (const auto& [name, rule] : linter.take()) {
    const std::optional<Collective> collective = our_collective(name);
    if (!collective) {
      continue;
    }
    CollectiveDecisions* decisions = nullptr;
    for (CollectiveDecisions& known : reading.table.collectives) {
      if (known.collective == *collective) {
        decisions = &known;
      }
    }
    if (decisions == nullptr) {
      decisions = &reading.table.collectives.emplace_back();
      decisions->collective = *collective;
    }
    decisions->rules.push_back(rule);
  }
  reading.findings = findings.take();
  return reading;
}

}  // namespace ringwood
