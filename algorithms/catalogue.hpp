#pragma once

#include "ringwood/algorithm.hpp"
#include "ringwood/catalogue.hpp"
#include "ringwood/expression.hpp"

namespace ringwood {

#define ALGORITHM(collective, file) extern const Algorithm collective##_##file;
#include "algorithms/registry.def"
#undef ALGORITHM

#define COMBINATOR(file) extern const Combinator combinator_##file;
#include "algorithms/combinators.def"
#undef COMBINATOR

}  // namespace ringwood
