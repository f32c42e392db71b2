#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/nearest.hpp"
#include "decision/located_json.hpp"
#include "decision/open_mpi.hpp"
#include "ringwood/error.hpp"

// Follows coll_tuned_dynamic_file.c of Open MPI's main branch (6.x).
namespace ringwood {

namespace {

using namespace open_mpi;
using Kind = LocatedJson::Kind;

/// The file is dropped: said where and why, reading ends.
struct Dropped {};

class Reader {
 public:
  Reader(const DecisionTarget& target, Findings& findings) : target_(target), findings_(findings) {}

  [[nodiscard]] std::vector<Rule> read(const LocatedJson& root) {
    const LocatedJson* collectives = root.find("collectives");
    if (collectives == nullptr || !collectives->is(Kind::kObject)) {
      drop(collectives == nullptr ? root.place : collectives->place, "no-collectives",
           "expected an object \"collectives\"");
    }
    check_names(root, {"rule_file_version", "module", "collectives"});
    if (const LocatedJson* version = root.find("rule_file_version"); version == nullptr || version->integer != 3) {
      findings_.note(version == nullptr ? root.place : version->place, "version",
                     "rule_file_version is 3 in files of this form; it is not looked at");
    }
    if (const LocatedJson* module = root.find("module"); module == nullptr || module->text != "tuned") {
      findings_.note(module == nullptr ? root.place : module->place, "module",
                     "module is \"tuned\" in files of this form, whose rules are those of coll/tuned");
    }
    for (const LocatedJson::Member& member : collectives->members) {
      read_collective(member, *collectives);
    }
    return std::move(rules_);
  }

 private:
  [[noreturn]] void drop(FilePlace place, const char* code, const std::string& message) {
    findings_.error(place, code,
                    message + ": the file is dropped whole; it says so only with --mca coll_base_verbose 1");
    throw Dropped();
  }

  void check_names(const LocatedJson& object, const std::vector<std::string>& accepted) {
    for (const LocatedJson::Member& member : object.members) {
      if (std::find(accepted.begin(), accepted.end(), member.name) == accepted.end()) {
        const bool segment = member.name == "segsize";
        findings_.warn(member.place, "unknown-key",
                       fmt::format("'{}' is ignored{}", member.name.substr(0, 40),
                                   segment ? ", did you mean 'seg_size'?" : did_you_mean(member.name, accepted)));
      }
      if (object.find(member.name) != &member.value) {
        findings_.warn(member.place, "repeated-key", fmt::format("'{}' is there twice", member.name.substr(0, 40)));
      }
    }
  }

  void read_collective(const LocatedJson::Member& member, const LocatedJson& all) {
    const int id = collective_named(member.name);
    if (id < 0) {
      std::vector<std::string> names;
      for (int known = 0; known < kCollectives; ++known) {
        names.emplace_back(collective_name(known));
      }
      std::string hint = did_you_mean(member.name, names);
      if (member.name == "reducescatter" || member.name == "reducescatterblock") {
        hint =
            ", did you mean 'reduce_scatter' or 'reduce_scatter_block'? (the shipped schema and converter are wrong)";
      }
      drop(member.place, "unknown-collective", fmt::format("'{}' is no collective{}", member.name.substr(0, 40), hint));
    }
    if (all.find(member.name) != &member.value) {
      findings_.warn(member.place, "replaced", fmt::format("'{}' is there twice: the later one counts", member.name));
      std::erase_if(rules_, [&](const Rule& rule) { return rule.collective == id; });
    }
    if (!member.value.is(Kind::kArray)) {
      drop(member.value.place, "not-an-array",
           fmt::format("expected an array of rules for communicators, found {}", name_of(member.value.kind)));
    }
    for (const LocatedJson& block : member.value.items) {
      read_block(id, block);
    }
  }

  /// An integer, or "inf" where a size may be; `fallback` if there is none.
  [[nodiscard]] std::int64_t integer(const LocatedJson& object, const char* key, std::int64_t fallback) {
    const LocatedJson* found = object.find(key);
    if (found == nullptr) {
      return fallback;
    }
    if (found->is(Kind::kInteger)) {
      return found->integer;
    }
    if (found->is(Kind::kString) &&
        (found->text.starts_with("inf") || found->text.starts_with("Inf") || found->text.starts_with("INF"))) {
      return CountRange::kUnlimited;
    }
    drop(found->place, "not-an-integer", fmt::format("\"{}\" is neither an integer nor \"inf\"", key));
  }

  [[nodiscard]] Distribution distribution(const LocatedJson& block) {
    const LocatedJson* found = block.find("comm_rank_distribution");
    if (found == nullptr || found->text == "any") {
      return Distribution::kAny;
    }
    if (found->text == "one-per-node") {
      return Distribution::kOnePerNode;
    }
    if (found->text == "single-node") {
      return Distribution::kSingleNode;
    }
    findings_.warn(found->place, "unknown-distribution",
                   fmt::format("comm_rank_distribution '{}' is unknown and taken as 'any'; there are any, one-per-node "
                               "and single-node",
                               found->text.substr(0, 40)));
    return Distribution::kAny;
  }

  /// Numbers of ranks are kept in 32 bits.
  void check_limit(const LocatedJson& block) {
    for (const char* key : {"comm_size_min", "comm_size_max"}) {
      const std::int64_t value = integer(block, key, 0);
      if (value > std::numeric_limits<int>::max()) {
        const bool infinite = value == CountRange::kUnlimited;
        findings_.warn(block.find(key)->place, "overflow",
                       fmt::format("\"{}\" {} does not fit in 32 bits, and becomes {}: {}leave it out where there is "
                                   "no limit",
                                   key, infinite ? "\"inf\"" : std::to_string(value),
                                   infinite ? -1 : static_cast<std::int32_t>(value),
                                   infinite ? "these rules are never taken; " : ""));
      }
    }
  }

  void read_block(int id, const LocatedJson& block) {
    if (!block.is(Kind::kObject)) {
      drop(block.place, "not-an-object", "expected an object with \"rules\"");
    }
    check_names(block, {"comm_size_min", "comm_size_max", "comm_rank_distribution", "rules"});
    Rule rule;
    rule.collective = id;
    rule.ranks.least = integer(block, "comm_size_min", 0);
    rule.ranks.most = integer(block, "comm_size_max", std::numeric_limits<int>::max());
    rule.distribution = distribution(block);
    rule.place = block.place;
    const LocatedJson* rules = block.find("rules");
    if (rules == nullptr || !rules->is(Kind::kArray)) {
      drop(rules == nullptr ? block.place : rules->place, "no-rules", "expected an array \"rules\"");
    }
    const bool taken = is_taken(block, rule);
    const std::size_t before = rules_.size();
    for (const LocatedJson& entry : rules->items) {
      read_rule(rule, entry);
    }
    if (!taken) {
      rules_.resize(before);
      return;
    }
    blocks_.push_back(rule);
    check_neighbours(before);
    rule.implied = true;
    rules_.push_back(rule);
  }

  /// Whether any communicator takes the block's rules; numbers of ranks are kept in 32 bits.
  [[nodiscard]] bool is_taken(const LocatedJson& block, Rule& rule) {
    const std::pair<const char*, std::int64_t*> limits[] = {{"comm_size_min", &rule.ranks.least},
                                                            {"comm_size_max", &rule.ranks.most}};
    for (const auto& [key, value] : limits) {
      const bool infinite = *value == CountRange::kUnlimited;
      const std::int64_t kept = infinite ? -1 : std::int64_t{static_cast<std::int32_t>(*value)};
      if (kept != *value) {
        findings_.warn(block.find(key)->place, "overflow",
                       fmt::format("\"{}\" {} does not fit in 32 bits, and becomes {}; leave it out where there is no "
                                   "limit",
                                   key, infinite ? "\"inf\"" : std::to_string(*value), kept));
        *value = kept;
      }
    }
    if (rule.ranks.empty() || rule.ranks.most < 1) {
      findings_.warn(block.place, "empty-range",
                     fmt::format("comm_size_min {} to comm_size_max {}: these rules are never taken", rule.ranks.least,
                                 rule.ranks.most));
      return false;
    }
    // A communicator takes the first block that fits, and only its rules.
    for (const Rule& earlier : blocks_) {
      if (earlier.collective == rule.collective && earlier.ranks.least <= rule.ranks.least &&
          earlier.ranks.most >= rule.ranks.most &&
          (earlier.distribution == Distribution::kAny || earlier.distribution == rule.distribution)) {
        findings_.warn(block.place, "shadowed",
                       fmt::format("these rules are never taken: the ones in line {} are for all these ranks, and come "
                                   "first",
                                   earlier.place.line));
        return false;
      }
      if (earlier.collective == rule.collective && earlier.distribution == rule.distribution &&
          rule.ranks.least > earlier.ranks.least && rule.ranks.least <= earlier.ranks.most) {
        findings_.warn(block.place, "overlap",
                       fmt::format("{} to {} ranks take the rules in line {}, which come first", rule.ranks.least,
                                   earlier.ranks.most, earlier.place.line));
      }
    }
    return true;
  }

  /// What stands between the rules of the block that was just read, and what two of them want. That a later rule is
  /// for all that the earlier ones leave is how such files are written.
  void check_neighbours(std::size_t first) {
    const auto begin = rules_.begin() + static_cast<std::ptrdiff_t>(first);
    for (auto rule = begin; rule != rules_.end(); ++rule) {
      for (auto earlier = begin; earlier != rule; ++earlier) {
        if (rule->bytes.least > earlier->bytes.least && rule->bytes.least <= earlier->bytes.most &&
            rule->bytes.most > earlier->bytes.most) {
          findings_.add(rule->bytes.least == earlier->bytes.most ? FindingLevel::kNote : FindingLevel::kWarning,
                        rule->place, "overlap",
                        fmt::format("sizes {} to {} are those of the rule in line {} too, which comes first",
                                    rule->bytes.least, earlier->bytes.most, earlier->place.line));
        }
      }
    }
    tell_gaps({begin, rules_.end()});
  }

  void tell_gaps(std::vector<Rule> rules) {
    std::erase_if(rules, [](const Rule& rule) { return rule.bytes.empty(); });
    std::sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) { return a.bytes.least < b.bytes.least; });
    std::int64_t covered = 0;
    for (const Rule& rule : rules) {
      if (rule.bytes.least > covered && covered > 0) {
        findings_.note(rule.place, "gap",
                       fmt::format("sizes {} to {} have no rule: the built-in table decides there", covered,
                                   rule.bytes.least - 1));
      }
      covered = rule.bytes.most == CountRange::kUnlimited ? rule.bytes.most : std::max(covered, rule.bytes.most + 1);
    }
  }

  void read_rule(Rule rule, const LocatedJson& entry) {
    if (!entry.is(Kind::kObject)) {
      drop(entry.place, "not-an-object", "expected an object with \"alg\"");
    }
    check_names(entry, {"msg_size_min", "msg_size_max", "alg", "faninout", "seg_size", "reqs"});
    rule.place = entry.place;
    rule.bytes.least = integer(entry, "msg_size_min", 0);
    rule.bytes.most = integer(entry, "msg_size_max", CountRange::kUnlimited);
    for (const char* key : {"msg_size_min", "msg_size_max"}) {
      if (const std::int64_t value = integer(entry, key, 0); value < 0) {
        findings_.warn(entry.find(key)->place, "negative",
                       fmt::format("\"{}\" {} becomes more than any size", key, value));
        (key == std::string_view("msg_size_min") ? rule.bytes.least : rule.bytes.most) = CountRange::kUnlimited;
      }
    }
    rule.fan = integer(entry, "faninout", 0);
    rule.segment = integer(entry, "seg_size", 0);
    rule.requests = integer(entry, "reqs", 0);
    const LocatedJson* algorithm = entry.find("alg");
    if (algorithm == nullptr) {
      findings_.warn(entry.place, "no-algorithm", "\"alg\" is missing: the rule means the built-in table");
    } else if (!read_algorithm(*algorithm, rule)) {
      return;
    }
    rules_.push_back(rule);
  }

  [[nodiscard]] bool read_algorithm(const LocatedJson& json, Rule& rule) {
    if (json.is(Kind::kInteger)) {
      rule.algorithm = json.integer;
      if (json.integer == 0 || find_algorithm(rule.collective, json.integer, target_) != nullptr) {
        return true;
      }
    } else if (json.is(Kind::kString)) {
      if (json.text == "ignore") {
        return true;
      }
      if (const TheirAlgorithm* found = find_algorithm(rule.collective, json.text, target_)) {
        rule.algorithm = found->id;
        return true;
      }
    }
    const std::vector<std::string> names = algorithm_names(rule.collective, target_);
    findings_.error(json.place, "unknown-algorithm",
                    fmt::format("{} is no algorithm of {} {}{}: this rule is left out",
                                json.is(Kind::kString) ? fmt::format("\"{}\"", json.text.substr(0, 40))
                                                       : std::to_string(json.integer),
                                name_of(target_), collective_name(rule.collective),
                                json.is(Kind::kString) ? did_you_mean(json.text, names) : ""));
    return false;
  }

  const DecisionTarget& target_;
  Findings& findings_;
  std::vector<Rule> rules_;
  std::vector<Rule> blocks_;  // one for each block, without an algorithm
};

void add_notes(const DecisionTarget& target, Findings& findings) {
  findings.note({}, "needs-flag",
                "without --mca coll_tuned_use_dynamic_rules 1 the file is not even opened, in silence");
  findings.note(
      {}, "han",
      fmt::format("in {} communicators that span nodes are served by HAN, which asks these rules for its parts "
                  "only, with their sizes; --mca coll_han_priority 0 switches it off",
                  name_of(target)));
}

/// What is not JSON is tried in the old form, which it is not either.
[[nodiscard]] LocatedJson parse_or_tell(std::string_view text, Findings& findings) {
  try {
    return parse_located_json(text, "");
  } catch (const Error& error) {
    const auto [place, reason] = take_place(error.what());
    findings.error(place, "not-json", reason + ": the file is dropped whole, and the built-in tables decide");
    throw Dropped();
  }
}

}  // namespace

DecisionReading read_open_mpi_json(std::string_view text, const DecisionTarget& target) {
  Findings findings;
  DecisionReading reading;
  try {
    const std::vector<Rule> rules = Reader(target, findings).read(parse_or_tell(text, findings));
    check_rules(rules, target, findings);
    add_notes(target, findings);
    reading.table = table_of(rules, target);
  } catch (const Dropped&) {
    reading.used = false;
  }
  reading.findings = findings.take();
  return reading;
}

}  // namespace ringwood
