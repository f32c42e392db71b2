#include "tools/cli/choices.hpp"

#include <fmt/format.h>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/reduction.hpp"
#include "tools/cli/arguments.hpp"

namespace ringwood::cli {

namespace {

constexpr IntegerRange kAnyInteger{0, std::int64_t{1} << 62};

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

[[nodiscard]] Parameters parse_parameters(std::string_view text, std::string_view algorithm) {
  Parameters parameters;
  for (const std::string_view entry : split(text, ',')) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("parameter '{}' of {} is not key=value, such as {}:segments=4", entry, algorithm, algorithm));
    }
    const std::string name(entry.substr(0, equals));
    if (parameters.find(name) != nullptr) {
      throw Error(ErrorKind::kUsage, fmt::format("parameter '{}' of {} is given twice", name, algorithm));
    }
    parameters.set(name, parse_dimensions(entry.substr(equals + 1), kAnyInteger, fmt::format("parameter '{}'", name)));
  }
  return parameters;
}

[[nodiscard]] Choice parse_choice(std::string_view entry, Collective collective, Catalogue catalogue) {
  const std::size_t colon = entry.find(':');
  Choice choice;
  choice.algorithm = &find_algorithm(catalogue, collective, entry.substr(0, colon));
  if (colon != std::string_view::npos) {
    choice.parameters = parse_parameters(entry.substr(colon + 1), choice.algorithm->name);
  }
  return choice;
}

}  // namespace

std::vector<Choice> parse_choices(std::string_view text, Collective collective, Catalogue catalogue) {
  std::vector<Choice> choices;
  for (const std::string_view entry : split(text, ';')) {
    if (entry == "all") {
      for (const Algorithm* algorithm : catalogue) {
        if (algorithm->collective == collective) {
          choices.push_back({.algorithm = algorithm, .parameters = {}, .from_all = true});
        }
      }
    } else if (entry == "native") {
      choices.push_back({.kind = Choice::Kind::kNative, .parameters = {}});
    } else if (entry == "selected") {
      choices.push_back({.kind = Choice::Kind::kSelected, .parameters = {}});
    } else {
      choices.push_back(parse_choice(entry, collective, catalogue));
    }
  }
  return choices;
}

Schedule schedule_for(const Choice& choice, const Schedule::Request& request, Catalogue catalogue) {
  const Algorithm& algorithm = *choice.algorithm;
  const std::string reason = why_not(algorithm, request);
  if (reason.empty()) {
    return Schedule(algorithm, request, choice.parameters);
  }
  std::vector<std::string> able;
  for (const Algorithm* other : catalogue) {
    if (other->collective == algorithm.collective && why_not(*other, request).empty()) {
      able.emplace_back(other->name);
    }
  }
  throw Error(ErrorKind::kUsage, fmt::format("{} by {} cannot do this: {}; {}", name_of(algorithm.collective),
                                             algorithm.name, reason,
                                             able.empty() ? "no other algorithm can either" : "use " + joined(able)));
}

bool commutes(const std::string& operation) {
  if (operation == "non-commutative") {
    return false;
  }
  if (!reduce_operator_named(operation)) {
    throw Error(ErrorKind::kUsage, fmt::format("--op '{}' is unknown; accepted: sum, product, min, max, bit-and, bit-or, "
                                               "bit-xor, logical-and, logical-or, non-commutative",
                                               operation));
  }
  return true;
}

}  // namespace ringwood::cli
