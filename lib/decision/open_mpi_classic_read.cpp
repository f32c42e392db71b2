#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "decision/located_json.hpp"
#include "decision/open_mpi.hpp"
#include "decision/open_mpi_numbers.hpp"

// Follows coll_tuned_dynamic_file.c of 4.1.4, 5.0 and main: numbers are read with "%li", and whatever is no number is
// skipped letter by letter.
namespace ringwood {

namespace {

using namespace open_mpi;

struct Block {
  Number ranks;
  std::vector<Rule> rules;  // bytes.least only
};

struct OneCollective {
  int id = 0;
  FilePlace place;
  std::vector<Block> blocks;
};

/// Reads the nesting of counts.
class Reader {
 public:
  Reader(std::string_view text, const DecisionTarget& target, Findings& findings)
      : numbers_(text, findings), target_(target), findings_(findings) {}

  [[nodiscard]] std::vector<OneCollective> read() {
    read_header();
    const Number count = numbers_.next("the number of collectives");
    if (count.value > kCollectives) {
      numbers_.drop(count.place, "too-many-collectives",
                    fmt::format("{} collectives; there are {}: the file is dropped whole", count.value, kCollectives));
    }
    std::vector<OneCollective> all;
    for (std::int64_t i = 0; i < count.value; ++i) {
      add(all, collective());
    }
    FilePlace left;
    if (numbers_.any_left(left)) {
      findings_.warn(left, "trailing", "nothing from here on is read: the counts before it are smaller than the file");
    }
    return all;
  }

 private:
  void read_header() {
    const std::optional<std::int64_t> header = numbers_.header();
    if (!header) {
      return;
    }
    version_ = *header;
    if (!target_.at_least(5, 0, 7)) {
      numbers_.drop({}, "version-2",
                    fmt::format("{} does not know the header line 'rule-file-version-{}': the file is dropped whole, "
                                "without a message; 5.0.7 was the first to know it",
                                name_of(target_), version_));
    }
    if (target_.major == 5 && target_.minor == 0 && target_.patch == DecisionTarget{}.patch) {
      findings_.warn({}, "version-2",
                     fmt::format("5.0.0 to 5.0.6 do not know the header line 'rule-file-version-{}', and drop the file "
                                 "whole, without a message; a target such as open-mpi-5.0.7 says which is meant",
                                 version_));
    }
    if (version_ != 2) {
      findings_.warn(
          {}, "version",
          fmt::format("rule-file-version-{} is none that exists; read as version {}", version_, version_ > 1 ? 2 : 1));
    }
  }

  /// Of a collective that comes twice, the second replaces the first.
  void add(std::vector<OneCollective>& all, OneCollective one) {
    const auto earlier =
        std::find_if(all.begin(), all.end(), [&](const OneCollective& other) { return other.id == one.id; });
    if (earlier == all.end()) {
      all.push_back(std::move(one));
      return;
    }
    findings_.warn(
        earlier->place, "replaced",
        fmt::format("{} comes again in line {}: these rules are lost", collective_name(one.id), one.place.line));
    *earlier = std::move(one);
  }

  [[nodiscard]] OneCollective collective() {
    const Number id = numbers_.next("the id of a collective");
    if (id.value >= kCollectives) {
      numbers_.drop(id.place, "unknown-collective",
                    fmt::format("{} is no collective (0 to {}): the file is dropped whole, without a message", id.value,
                                kCollectives - 1));
    }
    OneCollective one{.id = static_cast<int>(id.value), .place = id.place, .blocks = {}};
    const Number count = numbers_.next("the number of communicator sizes");
    for (std::int64_t i = 0; i < count.value; ++i) {
      one.blocks.push_back(block(one.id));
    }
    return one;
  }

  /// A number that the library keeps in 32 bits, and says nothing where it does not fit.
  [[nodiscard]] Number next_int(std::string_view what) {
    Number number = numbers_.next(what);
    const auto kept = static_cast<std::int64_t>(static_cast<std::int32_t>(number.value));
    if (kept != number.value) {
      findings_.warn(number.place, "overflow",
                     fmt::format("{} of {} does not fit in 32 bits, and becomes {}", what, number.value, kept));
      number.value = kept;
    }
    return number;
  }

  [[nodiscard]] Block block(int collective) {
    Block result{.ranks = next_int("a communicator size"), .rules = {}};
    const Number count = numbers_.next("the number of message sizes");
    for (std::int64_t i = 0; i < count.value; ++i) {
      result.rules.push_back(rule(collective, i == 0));
    }
    return result;
  }

  [[nodiscard]] Rule rule(int collective, bool first) {
    Rule result;
    const Number bytes = numbers_.next("a message size");
    result.collective = collective;
    result.place = bytes.place;
    result.bytes.least = bytes.value;
    const bool begins_line = numbers_.begins_line(bytes.place);
    result.algorithm = next_int("an algorithm").value;
    result.fan = next_int("a fan-in/out").value;
    const Number segment = next_int("a segment size");
    result.segment = segment.value;
    if (version_ > 1 && numbers_.more_on_line()) {
      result.requests = numbers_.next("max_requests").value;
    }
    if (begins_line) {
      check_line(result, segment);
    }
    if (first && bytes.value != 0) {
      numbers_.drop(bytes.place, "first-rule-not-zero",
                    fmt::format("the first rule of a communicator size is for {} bytes, and not for 0: the file is "
                                "dropped whole, without a message",
                                bytes.value));
    }
    return result;
  }

  /// Rules are written one a line; numbers do not care, and so a missing or surplus one shifts all that follow.
  void check_line(const Rule& rule, const Number& last) {
    if (last.place.line != rule.place.line) {
      findings_.warn(
          rule.place, "misaligned",
          fmt::format("this rule takes numbers up to line {}: one is missing or too many before", last.place.line));
    } else if (numbers_.count_on_line() % 4 != 0) {
      // Several rules may stand in one line.
      findings_.warn(rule.place, "misaligned",
                     version_ > 1 ? "more than five numbers: the sixth is taken for what follows"
                                  : "more than four numbers: the fifth is taken for what follows; max_requests needs "
                                    "the header line rule-file-version-2 and 5.0.7");
    }
  }

  Numbers numbers_;
  const DecisionTarget& target_;
  Findings& findings_;
  std::int64_t version_ = 1;
};

/// 4.1 and 5.0 go through ascending labels and stop at the first that is too large; what they passed last is taken.
[[nodiscard]] std::vector<CountRange> ranges_by_walking(const std::vector<std::int64_t>& labels) {
  std::vector<CountRange> ranges;
  std::int64_t reached = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    // The first is the one to begin with, whatever its label.
    reached = i == 0 ? 0 : std::max(reached, labels[i]);
    const std::int64_t from = i == 0 ? 0 : std::max(reached, labels[0]);
    const std::int64_t next = i + 1 < labels.size() ? labels[i + 1] : CountRange::kUnlimited;
    // The walk past the first needs its label too, which makes no difference to where the first itself ends.
    const std::int64_t end = next == CountRange::kUnlimited ? next : std::max(next, i == 0 ? labels[0] : from) - 1;
    ranges.push_back({from, end});
  }
  return ranges;
}

/// 6.x turns the labels of communicators into ranges, each but the last below its label.
[[nodiscard]] std::vector<CountRange> rank_ranges_of_6(const std::vector<std::int64_t>& labels) {
  std::vector<CountRange> ranges;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int64_t from = i == 0 ? 0 : ranges.back().most + 1;
    ranges.push_back({from, i + 1 == labels.size() ? std::int64_t{std::numeric_limits<int>::max()} : labels[i] - 1});
  }
  return ranges;
}

[[nodiscard]] std::vector<CountRange> byte_ranges_of_6(const std::vector<std::int64_t>& labels) {
  std::vector<CountRange> ranges;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool last = i + 1 == labels.size() || labels[i + 1] == 0;
    ranges.push_back({labels[i], last ? CountRange::kUnlimited : labels[i + 1] - 1});
  }
  return ranges;
}

void check_blocks(const OneCollective& one, const std::vector<CountRange>& ranges, const DecisionTarget& target,
                  Findings& findings) {
  for (std::size_t i = 0; i < one.blocks.size(); ++i) {
    const Number& label = one.blocks[i].ranks;
    const std::string name(collective_name(one.id));
    if (ranges[i].empty()) {
      findings.warn(label.place, "shadowed",
                    fmt::format("{}: the rules for {} ranks are never taken: communicator sizes have to ascend", name,
                                label.value));
    } else if (target.major >= 6 && one.blocks.size() > 1) {
      findings.warn(
          label.place, "block-shift",
          fmt::format("{}: {} takes the rules of {} ranks for {} to {}: all blocks but the last are for sizes "
                      "below their label; use JSON",
                      name, name_of(target), label.value, ranges[i].least,
                      ranges[i].most >= std::numeric_limits<int>::max() ? "all more" : std::to_string(ranges[i].most)));
    } else if (i > 0 && ranges[i].least != label.value) {
      findings.warn(label.place, "not-ascending",
                    fmt::format("{}: the rules for {} ranks are taken from {} on: communicator sizes have to ascend",
                                name, label.value, ranges[i].least));
    } else if (i == 0 && label.value > 2) {
      findings.warn(
          label.place, "first-block-below",
          fmt::format("{}: the rules for {} ranks are the first, and taken for fewer ranks too", name, label.value));
    }
    if (i == 1 && label.value == one.blocks[0].ranks.value && !ranges[i].empty()) {
      findings.warn(label.place, "repeated",
                    fmt::format("{}: rules for {} ranks are there twice: these are taken, and the first ones for "
                                "fewer ranks only",
                                name, label.value));
    }
    if (!ranges[i].empty() && one.blocks[i].rules.empty()) {
      findings.note(label.place, "built-in",
                    fmt::format("{}: no rules for {} ranks: the built-in table decides there", name, label.value));
    }
  }
}

[[nodiscard]] std::vector<Rule> effective(const std::vector<OneCollective>& all, const DecisionTarget& target,
                                          Findings& findings) {
  std::vector<Rule> rules;
  for (const OneCollective& one : all) {
    std::vector<std::int64_t> labels;
    for (const Block& block : one.blocks) {
      labels.push_back(block.ranks.value);
    }
    const std::vector<CountRange> ranks = target.major >= 6 ? rank_ranges_of_6(labels) : ranges_by_walking(labels);
    check_blocks(one, ranks, target, findings);
    for (std::size_t i = 0; i < one.blocks.size(); ++i) {
      if (ranks[i].empty()) {
        continue;
      }
      std::vector<std::int64_t> sizes;
      for (const Rule& rule : one.blocks[i].rules) {
        sizes.push_back(rule.bytes.least);
      }
      const std::vector<CountRange> bytes = target.major >= 6 ? byte_ranges_of_6(sizes) : ranges_by_walking(sizes);
      for (std::size_t k = 0; k < bytes.size(); ++k) {
        rules.push_back(one.blocks[i].rules[k]);
        if (!bytes[k].empty() && bytes[k].least != sizes[k]) {
          findings.warn(
              rules.back().place, "not-ascending",
              fmt::format("the rule for {} bytes is taken from {} on: sizes have to ascend", sizes[k], bytes[k].least));
        }
        rules.back().ranks = ranks[i];
        rules.back().bytes = bytes[k];
      }
    }
  }
  return rules;
}

void add_notes(const DecisionTarget& target, Findings& findings) {
  findings.note({}, "needs-flag",
                "without --mca coll_tuned_use_dynamic_rules 1 the file is not even opened, in silence");
  if (target.major >= 5) {
    findings.note({}, "han",
                  "communicators that span nodes are served by HAN, which asks these rules for its parts only, with "
                  "their sizes; --mca coll_han_priority 0 switches it off");
    findings.note({}, "forced-first", "coll_tuned_COLLECTIVE_algorithm, where it is set, comes before the file");
  } else {
    findings.note({}, "file-first", "the file comes before coll_tuned_COLLECTIVE_algorithm");
  }
}

}  // namespace

DecisionReading read_open_mpi_classic(std::string_view text, const DecisionTarget& target) {
  Findings findings;
  DecisionReading reading;
  if (text.size() > kMostDecisionFileBytes) {
    text = text.substr(0, kMostDecisionFileBytes);
  }
  try {
    const std::vector<OneCollective> all = Reader(text, target, findings).read();
    const std::vector<Rule> rules = effective(all, target, findings);
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
