#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/nearest.hpp"
#include "decision/findings.hpp"
#include "decision/json_c.hpp"
#include "decision/mpich_branch.hpp"
#include "decision/mpich_leaf.hpp"
#include "decision/mpich_tree.hpp"
#include "decision/writers.hpp"
#include "ringwood/error.hpp"

// Follows csel.c of MPICH 4.0 and main.
namespace ringwood {

namespace {

using namespace mpich;
using Kind = LocatedJson::Kind;

constexpr std::size_t kPage = 4096;

class Linter {
 public:
  Linter(const DecisionTarget& target, Findings& findings) : target_(target), findings_(findings) {}

  void root(const LocatedJson& object) {
    std::set<std::string, std::less<>> seen;
    bool composition = false;
    for (const LocatedJson::Member& member : object.members) {
      const Test test = parse_test(member.name);
      if (test.kind != TestKind::kCollective) {
        findings_.error(member.place, "no-collective",
                        fmt::format("'{}': the outermost tests are collective=NAME; MPICH fails an assertion",
                                    member.name.substr(0, 60)));
        continue;
      }
      collective(test, member, seen);
      composition = composition || mentions_composition(member.value);
    }
    if (!composition) {
      tell_missing(object, seen);
    }
  }

 private:
  void collective(const Test& test, const LocatedJson::Member& member, std::set<std::string, std::less<>>& seen) {
    const auto all = collectives();
    if (std::find(all.begin(), all.end(), test.value) == all.end()) {
      const std::vector<std::string> names(all.begin(), all.end());
      findings_.error(member.place, "unknown-collective",
                      fmt::format("'{}' is no collective{}; MPICH fails an assertion", test.value.substr(0, 40),
                                  did_you_mean(test.value, names)));
      return;
    }
    if (!seen.insert(test.value).second) {
      findings_.warn(
          member.place, "replaced",
          fmt::format("collective={} is there twice: what comes later takes the place of what came first", test.value));
    }
    Facts facts;
    facts.collective = test.value;
    node(member.value, facts, member.place);
  }

  void tell_missing(const LocatedJson& object, const std::set<std::string, std::less<>>& seen) {
    std::string missing;
    for (const std::string_view one : collectives()) {
      if (seen.count(one) == 0) {
        missing += (missing.empty() ? "" : ", ") + std::string(one);
      }
    }
    if (!missing.empty()) {
      findings_.error(
          object.place, "missing-collectives",
          fmt::format("the file takes the place of all of MPICH's trees, and a call of these fails: {}", missing));
    }
  }

  [[nodiscard]] static bool mentions_composition(const LocatedJson& object) {
    return std::any_of(object.members.begin(), object.members.end(), [](const LocatedJson::Member& member) {
      return parse_test(member.name).text.starts_with("composition=") || mentions_composition(member.value);
    });
  }

  void node(const LocatedJson& object, Facts facts, FilePlace place) {
    if (!object.is(Kind::kObject)) {
      findings_.error(object.place, "not-an-object",
                      fmt::format("expected an object, found {}: MPICH fails an assertion", name_of(object.kind)));
      return;
    }
    if (object.members.empty()) {
      findings_.error(place, "no-leaf", "nothing is chosen here: MPICH fails an assertion, or crashes");
      return;
    }
    bool complete = false;
    const Test* previous = nullptr;
    std::vector<Test> tests;
    tests.reserve(object.members.size());
    for (const LocatedJson::Member& member : object.members) {
      tests.push_back(parse_test(member.name));
      const Test& test = tests.back();
      check_repeated(object, member);
      if (test.kind == TestKind::kLeaf) {
        check_alone(object, member);
        leaf(test, member, facts);
        return;
      }
      if (complete) {
        findings_.error(member.place, "after-any",
                        fmt::format("'{}' comes after the branch for all that is left: {}", test.text.substr(0, 60),
                                    previous != nullptr && previous->kind == TestKind::kAny ? "MPICH fails an assertion"
                                                                                            : "it is never taken"));
      }
      check_test({test, previous, member}, facts, findings_);
      Facts inside = facts;
      settle(test, true, inside);
      node(member.value, inside, member.place);
      complete = complete || completes(test, previous);
      settle(test, false, facts);
      previous = &test;
    }
    if (!complete) {
      tell_incomplete(object, *previous);
    }
  }

  /// MPICH reads all keys beside an algorithm as algorithms.
  void check_alone(const LocatedJson& object, const LocatedJson::Member& member) {
    if (!member.value.is(Kind::kObject)) {
      findings_.error(member.value.place, "not-an-object",
                      fmt::format("expected an object, found {}: MPICH fails an assertion when it starts",
                                  name_of(member.value.kind)));
    }
    for (const LocatedJson::Member& other : object.members) {
      if (&other != &member) {
        const bool is_leaf = parse_test(other.name).kind == TestKind::kLeaf;
        findings_.error(other.place, "leaf-among-tests",
                        is_leaf ? "a second algorithm in one place: the last is taken, by the rules of the first"
                                : "a test beside an algorithm: MPICH takes it for an algorithm, and fails an assertion "
                                  "when it starts");
      }
    }
  }

  void check_repeated(const LocatedJson& object, const LocatedJson::Member& member) {
    const LocatedJson* first = object.find(member.name);
    if (first != &member.value) {
      findings_.warn(
          member.place, "replaced",
          fmt::format("'{}' is there twice: this one takes the place of the first", member.name.substr(0, 60)));
    }
  }

  /// Whether with this branch every call finds one.
  [[nodiscard]] static bool completes(const Test& test, const Test* previous) {
    if (test.kind == TestKind::kAny) {
      return true;
    }
    const bool pair = is_yes_or_no(test.kind) || test.kind == TestKind::kCommType;
    return pair && previous != nullptr && previous->kind == test.kind && previous->value != test.value;
  }

  void tell_incomplete(const LocatedJson& object, const Test& last) {
    const FilePlace place = object.members.back().place;
    if (is_numeric(last.kind) || last.kind == TestKind::kCommSizePow2 || last.kind == TestKind::kCommSizeNode ||
        last.kind == TestKind::kCountPow2) {
      findings_.error(
          place, "no-any",
          fmt::format("'{}' is the last branch; one for all that is left ('any') has to follow: MPICH fails "
                      "an assertion when it starts",
                      last.text.substr(0, 60)));
    } else if (last.kind == TestKind::kCommType) {
      findings_.warn(place, "incomplete",
                     fmt::format("there is no comm_type={}: calls on such communicators fail",
                                 last.value == "intra" ? "inter" : "intra"));
    } else if (last.kind != TestKind::kUnknown) {
      findings_.error(
          place, "incomplete",
          fmt::format("nothing is chosen where '{}' does not hold: such calls fail", last.text.substr(0, 60)));
    }
  }

  static void settle(const Test& test, bool holds, Facts& facts) {
    const bool yes = (test.value == "yes") == holds;
    switch (test.kind) {
      case TestKind::kCommutative:
        facts.commutative = yes;
        break;
      case TestKind::kBuiltIn:
        facts.built_in = yes;
        break;
      case TestKind::kInPlace:
        facts.in_place = yes;
        break;
      case TestKind::kRegular:
        facts.regular = yes;
        break;
      case TestKind::kCommSizePow2:
        facts.ranks_pow2 = holds;
        break;
      case TestKind::kCountPow2:
        facts.enough_elements = !holds;
        break;
      case TestKind::kCommType:
        facts.inter = (test.value == "inter") == holds;
        break;
      case TestKind::kAverageSize:
      case TestKind::kTotalSize:
      case TestKind::kCount:
        break;
      case TestKind::kAny:
        break;
      case TestKind::kCollective:
      case TestKind::kCommSize:
      case TestKind::kCommSizeNode:
      case TestKind::kHierarchy:
      case TestKind::kNodeConsecutive:
      case TestKind::kAveragePerNode:
      case TestKind::kMultiThreaded:
      case TestKind::kLeaf:
      case TestKind::kUnknown:
        return;
    }
    facts.about_message = facts.about_message || (!is_about_communicator(test.kind) && test.kind != TestKind::kAny);
  }

  void leaf(const Test& test, const LocatedJson::Member& member, const Facts& facts) {
    if (test.text.starts_with("composition=")) {
      if (!test.value.starts_with("MPIDI_")) {
        findings_.error(member.place, "unknown-algorithm",
                        fmt::format("'{}' is no composition: MPICH fails an assertion", test.value.substr(0, 60)));
      }
      return;
    }
    // Of non-blocking collectives only the form of the names is known here.
    if (facts.collective.starts_with('i')) {
      if (!test.value.starts_with("MPIR_I")) {
        findings_.error(member.place, "unknown-algorithm",
                        fmt::format("'{}' is no algorithm of {}", test.value.substr(0, 60), facts.collective));
      }
      return;
    }
    const TheirAlgorithm* algorithm = find_algorithm(test.value, target_);
    if (algorithm == nullptr) {
      const bool shared_memory = test.value.starts_with("MPIDI_");
      findings_.error(
          member.place, "unknown-algorithm",
          fmt::format("{} has no '{}'{}: it fails an assertion when it starts", name_of(target_),
                      test.value.substr(0, 60), shared_memory ? " here (that is for ..._CH4_POSIX_... files)" : ""));
      return;
    }
    if (algorithm->collective != facts.collective) {
      findings_.error(
          member.place, "wrong-collective",
          fmt::format("{} is an algorithm of {}, not of {}", test.value, algorithm->collective, facts.collective));
    }
    check_leaf(*algorithm, member, facts, findings_);
  }

  const DecisionTarget& target_;
  Findings& findings_;
};

}  // namespace

DecisionReading read_mpich(std::string_view text, const DecisionTarget& target) {
  Findings findings;
  DecisionReading reading;
  std::string plain;
  if (!text.empty() && text.size() % kPage == 0) {
    findings.error({}, "page-size",
                   fmt::format("the file has {} bytes, a multiple of a page: MPICH reads on past its end; add a blank",
                               text.size()));
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    findings.error({}, "byte-order-mark",
                   "the file begins with a byte-order mark: MPICH fails an assertion when it starts");
    reading.used = false;
    reading.findings = findings.take();
    return reading;
  }
  try {
    const LocatedJson root = parse_located_json(
        text.size() > kMostDecisionFileBytes ? text
                                             : std::string_view(plain = without_json_c_extensions(text, findings)),
        "");
    if (!root.is(Kind::kObject)) {
      findings.error(root.place, "not-an-object", "expected an object of trees");
      reading.used = false;
    } else {
      Linter(target, findings).root(root);
      findings.note({}, "cvar-first", "MPIR_CVAR_COLLECTIVE_..._ALGORITHM, where it is set, comes before the file");
      reading.table = table_of(root, target);
    }
  } catch (const Error& error) {
    const auto [place, reason] = take_place(error.what());
    findings.error(place, "not-json", reason);
    reading.used = false;
  }
  reading.findings = findings.take();
  return reading;
}

}  // namespace ringwood
