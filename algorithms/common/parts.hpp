#pragma once

#include <string>

#include "ringwood/algorithm.hpp"

namespace ringwood {

/// Makes the problem of a combinator's part out of the combinator's own (Problem::inside).
using PartOf = Problem (*)(const Problem&);

/// In how many pieces the part wants its vector cut: Combinator::pieces where the part decides.
template <PartOf kPartOf>
[[nodiscard]] Chunk pieces_of(const Problem& problem) {
  const Problem part = kPartOf(problem);
  return part.algorithm->pieces(part);
}

/// Why the part cannot do what it would be asked to: Combinator::objection where the part decides.
template <PartOf kPartOf>
[[nodiscard]] std::string objection_of(const Problem& problem) {
  const Problem part = kPartOf(problem);
  return objection_to(*part.algorithm, part);
}

}  // namespace ringwood
