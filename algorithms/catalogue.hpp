#pragma once

#include "ringwood/algorithm.hpp"

namespace ringwood {

#define ALGORITHM(collective, file) extern const Algorithm collective##_##file;
#include "algorithms/registry.def"
#undef ALGORITHM

/// Every algorithm of algorithms/, in the order of registry.def.
[[nodiscard]] Catalogue built_in_catalogue();

}  // namespace ringwood
