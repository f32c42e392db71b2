#include "decision/mpich_branch.hpp"

#include <fmt/format.h>

#include <limits>
#include <string_view>

namespace ringwood::mpich {

namespace {

class TestCheck {
 public:
  TestCheck(const Branch& branch, const Facts& facts, Findings& findings)
      : test_(branch.test), previous_(branch.previous), member_(branch.member), facts_(facts), findings_(findings) {}

  void all() {
    const auto undefined = [&](bool defined) {
      if (!defined) {
        findings_.error(member_.place, "undefined-test",
                        fmt::format("'{}' cannot be asked of {}: the call fails an assertion, or goes on with nonsense",
                                    test_.text.substr(0, 60), facts_.collective));
      }
    };
    switch (test_.kind) {
      case TestKind::kUnknown:
        findings_.error(
            member_.place, "unknown-test",
            fmt::format("'{}' is no test: MPICH fails an assertion when it starts", member_.name.substr(0, 60)));
        break;
      case TestKind::kAverageSize:
        undefined(has_average_size(facts_.collective));
        break;
      case TestKind::kTotalSize:
        undefined(has_total_size(facts_.collective));
        total();
        break;
      case TestKind::kCount:
      case TestKind::kCountPow2:
        undefined(has_count(facts_.collective));
        break;
      case TestKind::kCommutative:
        undefined(has_operator(facts_.collective));
        break;
      case TestKind::kBuiltIn:
        undefined(has_built_in_test(facts_.collective));
        break;
      case TestKind::kInPlace:
        undefined(has_in_place_test(facts_.collective));
        break;
      case TestKind::kRegular:
        undefined(facts_.collective == "reduce_scatter" || facts_.collective == "ireduce_scatter");
        break;
      case TestKind::kCollective:
        findings_.error(member_.place, "unknown-test", "collective= within a collective");
        break;
      case TestKind::kCommType:
      case TestKind::kCommSize:
      case TestKind::kCommSizePow2:
      case TestKind::kCommSizeNode:
      case TestKind::kHierarchy:
      case TestKind::kNodeConsecutive:
      case TestKind::kAveragePerNode:
      case TestKind::kMultiThreaded:
      case TestKind::kAny:
      case TestKind::kLeaf:
        break;
    }
    number();
    place();
    order();
    hierarchy();
  }

 private:
  void total() {
    const std::string_view blocking = facts_.collective.starts_with('i') ? std::string_view(facts_.collective).substr(1)
                                                                         : std::string_view(facts_.collective);
    if (blocking == "allreduce" || blocking == "bcast" || blocking == "reduce") {
      findings_.warn(
          member_.place, "size-definition",
          fmt::format("'{}': the total of {} is the vector times the number of ranks", test_.text, facts_.collective));
    } else if (blocking == "gather" || blocking == "scatter" || facts_.collective == "ireduce_scatter_block") {
      findings_.warn(member_.place, "size-definition",
                     fmt::format("'{}': the total of {} counts elements, not bytes (count * ranks)", test_.text,
                                 facts_.collective));
    }
  }

  void number() {
    if (!is_numeric(test_.kind)) {
      return;
    }
    if (!test_.number) {
      findings_.error(member_.place, "not-a-number",
                      fmt::format("'{}' is no whole number: MPICH takes the digits that it begins with, or 0",
                                  test_.value.substr(0, 40)));
    } else if (*test_.number >= std::numeric_limits<int>::max()) {
      findings_.error(member_.place, "overflow",
                      fmt::format("{} is beyond 2147483647, the largest that MPICH reads", test_.value.substr(0, 40)));
    }
  }

  void place() {
    if (!is_about_communicator(test_.kind) || !facts_.about_message) {
      return;
    }
    const bool strict = test_.kind == TestKind::kCommSize && test_.strict;
    findings_.warn(
        member_.place, "communicator-after-message",
        fmt::format("'{}' asks of the communicator behind a test of the call: it cannot be settled once for the "
                    "communicator{}",
                    test_.text.substr(0, 60), strict ? ", and is there read as '<=' (a slip in MPICH)" : ""));
  }

  void order() {
    if (previous_ == nullptr || previous_->kind != test_.kind || !is_numeric(test_.kind) || !test_.number ||
        !previous_->number) {
      return;
    }
    if (*test_.number <= *previous_->number) {
      findings_.warn(member_.place, "shadowed",
                     fmt::format("'{}' is never taken: '{}' comes first, and holds whenever it does", test_.text,
                                 previous_->text));
    }
  }

  /// Of the four kinds of communicators only one is told from the others.
  void hierarchy() {
    if (test_.kind != TestKind::kHierarchy || test_.value == "parent") {
      return;
    }
    const bool again = previous_ != nullptr && previous_->kind == test_.kind && previous_->value != "parent";
    findings_.warn(member_.place, again ? "shadowed" : "hierarchy",
                   again ? fmt::format("'{}' is never taken: '{}' holds whenever it does", test_.text, previous_->text)
                         : fmt::format("'{}' holds for all communicators but parents: MPICH tells 'parent' from the "
                                       "rest, and nothing else",
                                       test_.text));
  }

  const Test& test_;
  const Test* previous_;
  const LocatedJson::Member& member_;
  const Facts& facts_;
  Findings& findings_;
};

}  // namespace

void check_test(const Branch& branch, const Facts& facts, Findings& findings) {
  TestCheck(branch, facts, findings).all();
}

}  // namespace ringwood::mpich
