#pragma once

#include "ringwood/algorithm.hpp"
#include "ringwood/expression.hpp"

namespace ringwood {

#define ALGORITHM(collective, file) extern const Algorithm collective##_##file;
#include "algorithms/registry.def"
#undef ALGORITHM

#define COMBINATOR(file) extern const Combinator combinator_##file;
#include "algorithms/combinators.def"
#undef COMBINATOR

/// Every algorithm of algorithms/, in the order of registry.def.
[[nodiscard]] Catalogue built_in_catalogue();

/// The same, with every combinator of algorithms/combinators/, in the order of combinators.def.
[[nodiscard]] Library built_in_library();

}  // namespace ringwood
