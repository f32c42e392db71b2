#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ringwood/algorithm.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// What a user writes where an algorithm is asked for:
///
///     ring                                an algorithm
///     pat:aggregation=4                   with parameters; "pat(aggregation=4)" says the same
///     lanes(4, ring)                      a combinator, its numbers and its parts
///     hier(node=ring, network=rabenseifner)
struct Expression {
  struct Argument;

  std::string name;
  Parameters parameters;              ///< those given by name
  std::vector<std::int64_t> numbers;  ///< those given by position
  std::vector<Argument> arguments;    ///< the parts
};

struct Expression::Argument {
  std::string label;  ///< "node" in "node=ring"; may be empty
  Expression expression;
};

/// Reads an expression; knows no names. Throws Error(kUsage) with the column and what is expected there. At most 4096
/// characters and 16 levels of brackets.
[[nodiscard]] Expression parse_expression(std::string_view text);

/// As `parse_expression` reads it.
[[nodiscard]] std::string to_string(const Expression& expression);

/// A part of an expression, with its names looked up.
struct Part {
  std::string label;
  Expression source;
  Parameters parameters;
  std::vector<Part> parts;
  /// By collective; nullptr where there is no algorithm of that name.
  std::array<const Algorithm*, kAllCollectives.size()> algorithms{};
  std::shared_ptr<const std::vector<Algorithm>> made;  ///< a combinator's algorithms, one a collective

  /// The algorithm of that name for `collective`. Throws Error(kUsage) if there is none.
  [[nodiscard]] const Algorithm& algorithm(Collective collective) const;
};

/// What makes an algorithm out of others: "lanes(4, ring)". Data and one coroutine, like an algorithm; its program
/// reads Problem::parts and runs them with Problem::inside.
struct Combinator {
  std::string_view name;
  std::string_view syntax;                    ///< "lanes(K, A)"
  std::string_view meaning;                   ///< a sentence
  std::string_view reference;                 ///< the paper or origin; never empty
  std::span<const Collective> collectives;    ///< what it can be asked for
  std::span<const ParameterInfo> parameters;  ///< its numbers, in the order of their positions
  std::size_t least_parts = 1;
  std::size_t most_parts = 1;
  Program (*program)(const Problem& problem, Rank me) = nullptr;
  Chunk (*pieces)(const Problem& problem) = one_piece_per_rank;
  std::string (*objection)(const Problem& problem) = nullptr;  ///< what speaks against it, its parts included
};

/// What expressions are made of; passed in, never found.
struct Library {
  Catalogue algorithms;
  std::span<const Combinator* const> combinators;
};

/// Looks up all names of the expression. Throws Error(kUsage) that names the unknown one and the nearest known.
[[nodiscard]] Part resolve(const Library& library, Collective collective, const Expression& expression);

}  // namespace ringwood
