#include "decision/mpich_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "decision/mpich_names.hpp"

namespace ringwood::mpich {

namespace {

struct Word {
  std::string_view text;
  TestKind kind;
};

constexpr Word kWhole[] = {{"comm_size=pow2", TestKind::kCommSizePow2},
                           {"comm_size=node_comm_size", TestKind::kCommSizeNode},
                           {"count<pow2", TestKind::kCountPow2},
                           {"comm_type=intra", TestKind::kCommType},
                           {"comm_type=inter", TestKind::kCommType},
                           {"comm_hierarchy=parent", TestKind::kHierarchy},
                           {"comm_hierarchy=node_roots", TestKind::kHierarchy},
                           {"comm_hierarchy=node", TestKind::kHierarchy},
                           {"comm_hierarchy=flat", TestKind::kHierarchy}};

constexpr Word kNumeric[] = {{"comm_size<", TestKind::kCommSize},
                             {"comm_avg_ppn<", TestKind::kAveragePerNode},
                             {"avg_msg_size<", TestKind::kAverageSize},
                             {"total_msg_size<", TestKind::kTotalSize},
                             {"count<=", TestKind::kCount}};

constexpr Word kYesOrNo[] = {
    {"is_multi_threaded=", TestKind::kMultiThreaded}, {"is_node_consecutive=", TestKind::kNodeConsecutive},
    {"is_commutative=", TestKind::kCommutative},      {"is_op_built_in=", TestKind::kBuiltIn},
    {"is_sendbuf_inplace=", TestKind::kInPlace},      {"is_block_regular=", TestKind::kRegular}};

/// MPICH reads numbers with atoi: what does not begin with one is 0, what follows it is ignored.
void read_number(Test& test, std::string_view text) {
  test.strict = !text.starts_with('=');
  if (!test.strict) {
    text.remove_prefix(1);
  }
  test.value = text;
  std::int64_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status == std::errc() && end == text.data() + text.size() && number >= 0) {
    test.number = number - (test.strict ? 1 : 0);
  }
}

/// Walks a tree and writes down which calls reach which leaf.
class Walk {
 public:
  Walk(std::string_view collective, const DecisionTarget& target) : collective_(collective), target_(target) {}

  void node(const LocatedJson& object, DecisionRule region) {
    for (const LocatedJson::Member& member : object.members) {
      if (rules_.size() > kMostRules || region.ranks.empty() || region.bytes.empty()) {
        return;
      }
      const Test test = parse_test(member.name);
      if (test.kind == TestKind::kLeaf) {
        leaf(test, member, region);
        return;
      }
      branch(test, member.value, region);
    }
  }

  [[nodiscard]] std::vector<DecisionRule> take() { return std::move(rules_); }

 private:
  static constexpr std::size_t kMostRules = 10'000;

  /// Goes into the branch for what passes the test, and leaves in `region` what does not.
  void branch(const Test& test, const LocatedJson& inside, DecisionRule& region) {
    switch (test.kind) {
      case TestKind::kCommSize:
        split(test, region.ranks, inside, region);
        return;
      case TestKind::kAverageSize:
      case TestKind::kTotalSize:
        split(in_our_bytes(test, region), region.bytes, inside, region);
        return;
      case TestKind::kCommSizePow2:
        for (std::int64_t ranks = 1; ranks <= (1 << 20); ranks *= 2) {
          if (region.ranks.contains(ranks)) {
            DecisionRule one = region;
            one.ranks = {ranks, ranks};
            node(inside, one);
          }
        }
        return;
      case TestKind::kCommType:
        if (test.value == "intra") {
          node(inside, region);
        }
        return;
      case TestKind::kCommutative:
      case TestKind::kBuiltIn:
      case TestKind::kRegular:
        if (test.value == "yes") {
          node(inside, region);
        }
        return;
      case TestKind::kInPlace:
      case TestKind::kMultiThreaded:
        if (test.value == "no") {
          node(inside, region);
        }
        return;
      case TestKind::kNodeConsecutive:
        if (test.value == "yes") {
          node(inside, region);
        }
        return;
      case TestKind::kAny:
        node(inside, region);
        region.bytes = {0, -1};
        return;
      // Not known here: as if there were no such branch.
      case TestKind::kHierarchy:
      case TestKind::kAveragePerNode:
      case TestKind::kCommSizeNode:
      case TestKind::kCount:
      case TestKind::kCountPow2:
      case TestKind::kCollective:
      case TestKind::kLeaf:
      case TestKind::kUnknown:
        return;
    }
  }

  void split(const Test& test, CountRange& range, const LocatedJson& inside, DecisionRule& region) {
    const std::int64_t most = test.number.value_or(0);
    const CountRange all = range;
    range.most = std::min(all.most, most);
    if (!range.empty()) {
      node(inside, region);
    }
    range = {std::max(all.least, most + 1), all.most};
  }

  [[nodiscard]] Test in_our_bytes(Test test, const DecisionRule& region) const {
    const double factor = our_bytes_per_size(collective_, test.kind == TestKind::kTotalSize, region.ranks.least);
    const double most = static_cast<double>(test.number.value_or(0)) * factor;
    test.number = most > 9e18 ? CountRange::kUnlimited - 1 : static_cast<std::int64_t>(most);
    return test;
  }

  void leaf(const Test& test, const LocatedJson::Member& member, DecisionRule region) {
    const TheirAlgorithm* algorithm = find_algorithm(test.value, target_);
    std::optional<std::string> expression;
    if (algorithm != nullptr) {
      expression = expression_of(*algorithm, member.value);
    }
    region.algorithm = expression.value_or("mpich " + test.value);
    rules_.push_back(std::move(region));
  }

  std::string_view collective_;
  const DecisionTarget& target_;
  std::vector<DecisionRule> rules_;
};

[[nodiscard]] std::int64_t parameter_of(const LocatedJson& leaf, std::string_view name, std::int64_t fallback) {
  for (const LocatedJson::Member& member : leaf.members) {
    std::string key = member.name;
    std::erase(key, ' ');
    if (key.starts_with(name) && key.size() > name.size() && key[name.size()] == '=') {
      std::int64_t value = fallback;
      std::from_chars(key.data() + name.size() + 1, key.data() + key.size(), value);
      return value;
    }
  }
  return fallback;
}

}  // namespace

Test parse_test(const std::string& key) {
  Test test;
  test.text = key;
  std::erase(test.text, ' ');
  const std::string_view text = test.text;
  if (text.starts_with("algorithm=") || text.starts_with("composition=")) {
    test.kind = TestKind::kLeaf;
    test.value = text.substr(text.find('=') + 1);
    return test;
  }
  if (text.starts_with("collective=")) {
    test.kind = TestKind::kCollective;
    test.value = text.substr(11);
    return test;
  }
  for (const Word& word : kWhole) {
    if (text == word.text) {
      test.kind = word.kind;
      test.value = text.substr(text.find_first_of("=<") + 1);
      return test;
    }
  }
  if (text == "any" || text.ends_with("=any")) {
    test.kind = TestKind::kAny;
    return test;
  }
  for (const Word& word : kNumeric) {
    if (text.starts_with(word.text)) {
      test.kind = word.kind;
      // "count<=" has no form with '<' alone.
      read_number(test, text.substr(word.text.size() - (word.text.ends_with('=') ? 1 : 0)));
      return test;
    }
  }
  for (const Word& word : kYesOrNo) {
    if (text.starts_with(word.text)) {
      test.value = text.substr(word.text.size());
      test.kind = test.value == "yes" || test.value == "no" ? word.kind : TestKind::kUnknown;
      return test;
    }
  }
  return test;
}

bool is_about_communicator(TestKind kind) {
  switch (kind) {
    case TestKind::kCommType:
    case TestKind::kCommSize:
    case TestKind::kCommSizePow2:
    case TestKind::kCommSizeNode:
    case TestKind::kHierarchy:
    case TestKind::kNodeConsecutive:
    case TestKind::kAveragePerNode:
      return true;
    case TestKind::kCollective:
    case TestKind::kMultiThreaded:
    case TestKind::kAverageSize:
    case TestKind::kTotalSize:
    case TestKind::kCount:
    case TestKind::kCountPow2:
    case TestKind::kCommutative:
    case TestKind::kBuiltIn:
    case TestKind::kInPlace:
    case TestKind::kRegular:
    case TestKind::kAny:
    case TestKind::kLeaf:
    case TestKind::kUnknown:
      return false;
  }
  return false;
}

bool is_numeric(TestKind kind) {
  return kind == TestKind::kCommSize || kind == TestKind::kAveragePerNode || kind == TestKind::kAverageSize ||
         kind == TestKind::kTotalSize || kind == TestKind::kCount;
}

bool is_yes_or_no(TestKind kind) {
  return kind == TestKind::kMultiThreaded || kind == TestKind::kNodeConsecutive || kind == TestKind::kCommutative ||
         kind == TestKind::kBuiltIn || kind == TestKind::kInPlace || kind == TestKind::kRegular;
}

std::optional<std::string> expression_of(const TheirAlgorithm& algorithm, const LocatedJson& leaf) {
  const std::optional<Name> name = our_name(algorithm);
  if (!name) {
    return std::nullopt;
  }
  std::string text(name->ours);
  if (name->radix == Name::Radix::kRadix) {
    text += fmt::format(":radix={}", std::clamp<std::int64_t>(parameter_of(leaf, "k", 2), 2, 1024));
  } else if (name->radix == Name::Radix::kPorts) {
    text += fmt::format(":ports={}", std::clamp<std::int64_t>(parameter_of(leaf, "k", 2) - 1, 1, 1024));
  }
  return text;
}

DecisionTable table_of(const LocatedJson& root, const DecisionTarget& target) {
  DecisionTable table;
  table.provenance.source = "rules of " + name_of(target);
  for (const LocatedJson::Member& member : root.members) {
    const Test test = parse_test(member.name);
    const std::optional<Collective> collective =
        test.kind == TestKind::kCollective ? our_collective(test.value) : std::nullopt;
    if (!collective || table.find(*collective) != nullptr) {
      continue;
    }
    Walk walk(test.value, target);
    walk.node(member.value, DecisionRule());
    CollectiveDecisions decisions;
    decisions.collective = *collective;
    decisions.rules = walk.take();
    table.collectives.push_back(std::move(decisions));
  }
  return table;
}

}  // namespace ringwood::mpich
