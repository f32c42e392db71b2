#include <fmt/format.h>

#include <algorithm>

#include "decision/open_mpi.hpp"

namespace ringwood::open_mpi {

namespace {

/// Whether coll/tuned has it; rules for others may be written, and have no effect.
[[nodiscard]] bool is_served(int collective) {
  return collective != 5 && collective != 10 && collective < 16;
}

[[nodiscard]] std::string text_of(const CountRange& ranks) {
  return ranks.most == CountRange::kUnlimited ? fmt::format("{} and more", ranks.least)
                                              : fmt::format("{} to {}", ranks.least, ranks.most);
}

[[nodiscard]] bool covers(const Rule& earlier, const Rule& rule) {
  return earlier.collective == rule.collective && earlier.ranks.least <= rule.ranks.least &&
         earlier.ranks.most >= rule.ranks.most && earlier.bytes.least <= rule.bytes.least &&
         earlier.bytes.most >= rule.bytes.most &&
         (earlier.distribution == Distribution::kAny || earlier.distribution == rule.distribution);
}

constexpr std::string_view kBruckOfSix = "bruck-k-fanout";

void check_parameters(const Rule& rule, const TheirAlgorithm& algorithm, Findings& findings) {
  const auto ignored = [&](bool read, std::int64_t value, const char* code, const char* what) {
    if (!read && value != 0) {
      findings.warn(rule.place, code,
                    fmt::format("{} {} is ignored: {} {} does not read it", what, value,
                                collective_name(rule.collective), algorithm.name));
    }
  };
  ignored(algorithm.segments, rule.segment, "segment-ignored", "the segment size");
  ignored(algorithm.fan, rule.fan, "fan-ignored", "the fan-in/out");
  ignored(algorithm.requests, rule.requests, "requests-ignored", "max_requests");
  if (algorithm.name == kBruckOfSix) {
    findings.note(rule.place, "fan-is-radix",
                  fmt::format("{} takes the fan-in/out, here {}, as its radix; up to 5.0 the same id is bruck, which "
                              "does not read it",
                              algorithm.name, rule.fan));
  }
}

/// What another algorithm takes over in silence, and when.
struct TakenOver {
  int collective;
  int id;
  std::string_view when;
  std::string_view instead;
};

constexpr TakenOver kTakenOver[] = {
    {0, 3, "numbers of ranks that are no power of two", "bruck"},
    {0, 5, "odd numbers of ranks", "ring"},
    {1, 4, "odd numbers of ranks", "ring"},
    {2, 4, "fewer elements than ranks", "recursive_doubling"},
    {2, 5, "fewer elements than ranks", "recursive_doubling"},
    {2, 6, "fewer elements than ranks, and for operators that do not commute", "basic_linear"},
    {7, 8, "fewer elements than ranks", "basic_linear"},
    {7, 9, "fewer elements than ranks", "basic_linear"},
    {11, 7, "fewer elements than ranks, and for operators that do not commute", "linear"},
};

void tell_taken_over(const Rule& rule, const TheirAlgorithm& algorithm, Findings& findings) {
  for (const TakenOver& one : kTakenOver) {
    // Where there is no more than one number of ranks, it is known whether it is one of those.
    const bool only_even =
        one.when.starts_with("odd") && rule.ranks.least == rule.ranks.most && rule.ranks.least % 2 == 0;
    if (one.collective == rule.collective && one.id == algorithm.id && !only_even) {
      findings.note(rule.place, "taken-over",
                    fmt::format("{} {}: for {} {} runs in its place, in silence", collective_name(rule.collective),
                                algorithm.name, one.when, one.instead));
    }
  }
}

void check_algorithm(const Rule& rule, const DecisionTarget& target, Findings& findings) {
  if (rule.algorithm == 0) {
    findings.note(rule.place, "built-in", "algorithm 0: the library's built-in table decides");
    return;
  }
  const TheirAlgorithm* algorithm = find_algorithm(rule.collective, rule.algorithm, target);
  if (algorithm == nullptr) {
    findings.error(rule.place, "unknown-algorithm",
                   fmt::format("{} of {} has no algorithm {}: calls that this rule matches fail with MPI_ERR_ARG",
                               collective_name(rule.collective), name_of(target), rule.algorithm));
    return;
  }
  if (algorithm->only_two && rule.ranks != CountRange{2, 2}) {
    findings.error(rule.place, "two-ranks-only",
                   fmt::format("{} {} is for 2 ranks; this rule is in effect for {}, where it fails",
                               collective_name(rule.collective), algorithm->name, text_of(rule.ranks)));
  }
  if (algorithm->unsafe) {
    findings.warn(rule.place, "unsafe-operator",
                  fmt::format("{} {} ({}) gives wrong results, without an error, for operators that do not commute; "
                              "rules do not look at the operator",
                              collective_name(rule.collective), algorithm->id, algorithm->name));
  }
  tell_taken_over(rule, *algorithm, findings);
  check_parameters(rule, *algorithm, findings);
}

/// What the size in a rule is, where it is not what one would think.
[[nodiscard]] std::string_view size_definition(int collective) {
  switch (collective) {
    case 0:
      return "the size is that of the whole result (type size * count * ranks), and 0 where the call is in place";
    case 3:
    case 9:
    case 13:
    case 15:
      return "the size is type size * count * ranks, not what one rank sends to another";
    case 1:
    case 12:
      return "the size is the total over all ranks";
    default:
      return "";
  }
}

void check_sizes(const std::vector<const Rule*>& rules, Findings& findings) {
  const Rule& first = *rules.front();
  const int collective = first.collective;
  const auto sized = std::find_if(rules.begin(), rules.end(), [](const Rule* rule) { return rule->bytes.least > 0; });
  if (sized == rules.end()) {
    return;
  }
  if (const std::string_view definition = size_definition(collective); !definition.empty()) {
    findings.note(first.place, "size-definition", fmt::format("{}: {}", collective_name(collective), definition));
  }
  if (collective == 15) {
    findings.warn((*sized)->place, "size-definition",
                  "scatter: what is documented is type size * count, what is looked up is that times the ranks");
  }
  if (collective == 4 || collective == 6) {
    findings.warn((*sized)->place, "never-matches",
                  fmt::format("{} is always looked up with size 0: rules from {} bytes on never match",
                              collective_name(collective), (*sized)->bytes.least));
  }
  if (collective == 8 || collective == 14) {
    findings.warn((*sized)->place, "size-ignores-count",
                  fmt::format("{} is looked up with type size * ranks, whatever the count: this rule does not do what "
                              "its size says",
                              collective_name(collective)));
  }
  if (collective == 0 && rules.front()->algorithm != rules.back()->algorithm) {
    findings.warn(first.place, "in-place-as-zero",
                  "allgather in place is looked up with size 0, whatever its size: long ones too take the rule for the "
                  "shortest");
  }
}

}  // namespace

void check_rules(const std::vector<Rule>& rules, const DecisionTarget& target, Findings& findings) {
  std::array<std::vector<const Rule*>, kCollectives> by_collective;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    if (rule.implied) {
      continue;
    }
    const auto cover = std::find_if(
        rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(i),
        [&](const Rule& earlier) { return !earlier.implied && !earlier.bytes.empty() && covers(earlier, rule); });
    if (rule.ranks.empty() || rule.bytes.empty()) {
      findings.warn(rule.place, "shadowed", "this rule is never taken: another is for all its sizes");
      continue;
    }
    if (cover != rules.begin() + static_cast<std::ptrdiff_t>(i)) {
      findings.warn(rule.place, "shadowed",
                    fmt::format("this rule is never taken: the one in line {} is for all its sizes, and comes first",
                                cover->place.line));
      continue;
    }
    if (!is_served(rule.collective)) {
      findings.warn(
          rule.place, "never-asked",
          fmt::format("coll/tuned does not serve {}: nobody asks for this rule", collective_name(rule.collective)));
      continue;
    }
    check_algorithm(rule, target, findings);
    by_collective[static_cast<std::size_t>(rule.collective)].push_back(&rule);
  }
  for (const std::vector<const Rule*>& of_one : by_collective) {
    if (!of_one.empty()) {
      check_sizes(of_one, findings);
    }
  }
}

}  // namespace ringwood::open_mpi
