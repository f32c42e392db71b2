#include <algorithm>

#include "base/nearest.hpp"
#include "ringwood/error.hpp"
#include "ringwood/expression.hpp"

namespace ringwood {

namespace {

[[noreturn]] void fail(const std::string& message) {
  throw Error(ErrorKind::kUsage, message);
}

Part resolve_part(const Library& library, const Expression& expression);

void add_combinator(const Library& library, const Combinator& combinator, Part& part) {
  const Expression& source = part.source;
  const std::string syntax = "; it is written " + std::string(combinator.syntax);
  if (source.arguments.size() < combinator.least_parts || source.arguments.size() > combinator.most_parts) {
    fail(source.name + " has " + std::to_string(source.arguments.size()) + " parts" + syntax);
  }
  if (source.numbers.size() > combinator.parameters.size()) {
    fail(source.name + " has " + std::to_string(source.numbers.size()) + " numbers" + syntax);
  }
  for (std::size_t i = 0; i < source.numbers.size(); ++i) {
    const std::string name(combinator.parameters[i].name);
    if (part.parameters.find(name) != nullptr) {
      fail(source.name + " has its parameter '" + name + "' twice" + syntax);
    }
    part.parameters.set(name, {source.numbers[i]});
  }
  for (const Expression::Argument& argument : source.arguments) {
    part.parts.push_back(resolve_part(library, argument.expression));
    part.parts.back().label = argument.label;
  }
  auto made = std::make_shared<std::vector<Algorithm>>();
  for (const Collective collective : combinator.collectives) {
    made->push_back({.name = combinator.name,
                     .collective = collective,
                     .cost = "as its parts",
                     .reference = combinator.reference,
                     .needs = {},
                     .program = combinator.program,
                     .pieces = combinator.pieces,
                     .parameters = combinator.parameters,
                     .objection = combinator.objection});
  }
  for (const Algorithm& algorithm : *made) {
    part.algorithms[static_cast<std::size_t>(algorithm.collective)] = &algorithm;
  }
  part.made = std::move(made);
}

Part resolve_part(const Library& library, const Expression& expression) {
  Part part;
  part.source = expression;
  part.parameters = expression.parameters;
  for (const Combinator* combinator : library.combinators) {
    if (combinator->name == expression.name) {
      add_combinator(library, *combinator, part);
      return part;
    }
  }
  bool known = false;
  std::vector<std::string> names;
  for (const Algorithm* algorithm : library.algorithms) {
    if (algorithm->name == expression.name) {
      part.algorithms[static_cast<std::size_t>(algorithm->collective)] = algorithm;
      known = true;
    }
    names.emplace_back(algorithm->name);
  }
  if (!known) {
    for (const Combinator* combinator : library.combinators) {
      names.emplace_back(combinator->name);
    }
    fail("there is no algorithm '" + expression.name + "'" + did_you_mean(expression.name, names));
  }
  if (!expression.arguments.empty() || !expression.numbers.empty()) {
    fail(expression.name + " has no parts; its parameters are written " + expression.name + ":name=value");
  }
  return part;
}

}  // namespace

const Algorithm& Part::algorithm(Collective collective) const {
  const Algorithm* found = algorithms[static_cast<std::size_t>(collective)];
  if (found == nullptr) {
    fail("there is no " + std::string(name_of(collective)) + " by '" + source.name + "'");
  }
  return *found;
}

Part resolve(const Library& library, Collective collective, const Expression& expression) {
  const bool combined = std::any_of(library.combinators.begin(), library.combinators.end(),
                                    [&](const Combinator* known) { return known->name == expression.name; });
  if (!combined) {
    // Says which algorithms this collective has, where there is none of that name.
    static_cast<void>(find_algorithm(library.algorithms, collective, expression.name));
  }
  Part part = resolve_part(library, expression);
  static_cast<void>(part.algorithm(collective));
  return part;
}

}  // namespace ringwood
