#include "tools/cli/choices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/nearest.hpp"
#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"

namespace ringwood::cli {

namespace {

// What people write who do not think of MPI's names.
constexpr std::array<std::pair<std::string_view, ReduceOperator>, 8> kWholeWords{
    {{"product", ReduceOperator::kProduct},
     {"minimum", ReduceOperator::kMinimum},
     {"maximum", ReduceOperator::kMaximum},
     {"bit-and", ReduceOperator::kBitAnd},
     {"bit-or", ReduceOperator::kBitOr},
     {"bit-xor", ReduceOperator::kBitXor},
     {"logical-and", ReduceOperator::kLogicalAnd},
     {"logical-or", ReduceOperator::kLogicalOr}}};

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    std::string_view part = text.substr(0, end);
    while (!part.empty() && part.front() == ' ') {
      part.remove_prefix(1);
    }
    while (!part.empty() && part.back() == ' ') {
      part.remove_suffix(1);
    }
    parts.push_back(part);
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

/// "algorithm=ring,segment=64KiB", whose names only the MPI library knows.
[[nodiscard]] std::string checked_native(std::string_view text) {
  static const std::vector<std::string> kKeys{"algorithm", "segment", "fanout"};
  bool named = false;
  for (const std::string_view entry : split(text, ',')) {
    const std::string key(entry.substr(0, entry.find('=')));
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end() || entry.size() < key.size() + 2) {
      throw Error(ErrorKind::kUsage, fmt::format("--algorithm 'native:{}': '{}' is no KEY=VALUE{}; accepted keys: {}",
                                                 text, entry, did_you_mean(key, kKeys), joined(kKeys)));
    }
    named = named || key == "algorithm";
  }
  if (!named) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("--algorithm 'native:{}' names no algorithm; accepted: native:algorithm=NAME, or native-all "
                    "for each that the MPI library has",
                    text));
  }
  return std::string(text);
}

}  // namespace

std::string to_string(const Choice& choice) {
  switch (choice.kind) {
    case Choice::Kind::kNamed:
      return to_string(choice.expression);
    case Choice::Kind::kNative:
      return choice.native.empty() ? "native" : "native:" + choice.native;
    case Choice::Kind::kSelected:
      return "selected";
  }
  return "";
}

bool is_native_request(const Choice& choice) {
  return choice.kind == Choice::Kind::kNative && !choice.native.empty();
}

std::vector<Choice> parse_choices(std::string_view text, Collective collective, const Library& library) {
  std::vector<Choice> choices;
  for (const std::string_view entry : split(text, ';')) {
    if (entry == "all") {
      for (const Algorithm* algorithm : library.algorithms) {
        if (algorithm->collective == collective) {
          choices.push_back({.expression = parse_expression(algorithm->name), .from_all = true});
        }
      }
    } else if (entry == "native") {
      choices.push_back({.kind = Choice::Kind::kNative, .expression = {}});
    } else if (entry == "native-all") {
      choices.push_back({.kind = Choice::Kind::kNative, .expression = {}, .native = std::string(kEachNative)});
    } else if (entry.starts_with("native:")) {
      choices.push_back({.kind = Choice::Kind::kNative,
                         .expression = {},
                         .native = checked_native(entry.substr(std::string_view("native:").size()))});
    } else if (entry == "selected") {
      choices.push_back({.kind = Choice::Kind::kSelected, .expression = {}});
    } else {
      choices.push_back({.expression = parse_expression(entry)});
      // Unknown names are to be heard of before anything is done.
      (void)resolve(library, collective, choices.back().expression);
    }
  }
  return choices;
}

Schedule schedule_for(const Choice& choice, Collective collective, const Schedule::Request& request,
                      const Library& library) {
  try {
    return Schedule(library, collective, choice.expression, request);
  } catch (const Error& error) {
    std::vector<std::string> able;
    for (const Algorithm* other : library.algorithms) {
      if (other->collective == collective && why_not(*other, request).empty()) {
        able.emplace_back(other->name);
      }
    }
    const bool other_would_do = std::find(able.begin(), able.end(), choice.expression.name) == able.end();
    throw Error(error.kind(), error.what() + (other_would_do && !able.empty() ? fmt::format("; {} can", joined(able))
                                                                              : std::string()));
  }
}

std::optional<Schedule> schedule_if_able(const Choice& choice, Collective collective, const Schedule::Request& request,
                                         const Library& library) {
  if (choice.from_all) {
    const Algorithm& algorithm = find_algorithm(library.algorithms, collective, choice.expression.name);
    if (!why_not(algorithm, request).empty()) {
      return std::nullopt;
    }
  }
  return schedule_for(choice, collective, request, library);
}

AlgorithmName name_fields(const Choice& choice) {
  const Expression& expression = choice.expression;
  if (expression.arguments.empty() && expression.numbers.empty()) {
    return {expression.name, expression.parameters.to_string()};
  }
  return {to_string(expression), ""};
}

std::optional<ReduceOperator> operator_named(std::string_view name) {
  const auto* const found =
      std::find_if(kWholeWords.begin(), kWholeWords.end(), [&](const auto& entry) { return entry.first == name; });
  return found == kWholeWords.end() ? reduce_operator_named(name) : found->second;
}

bool commutes(const std::string& operation) {
  if (operation == "non-commutative") {
    return false;
  }
  if (!operator_named(operation)) {
    std::vector<std::string> names;
    for (int i = 0; i <= static_cast<int>(ReduceOperator::kLogicalOr); ++i) {
      names.emplace_back(name_of(static_cast<ReduceOperator>(i)));
    }
    names.emplace_back("non-commutative");
    throw Error(ErrorKind::kUsage, fmt::format("--op '{}' is unknown; accepted: {}", operation, joined(names)));
  }
  return true;
}

}  // namespace ringwood::cli
