#pragma once

#include "ringwood/algorithm.hpp"
#include "ringwood/expression.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// Every algorithm that Ringwood comes with, in the order of `ringwood list algorithms`.
[[nodiscard]] Catalogue built_in_catalogue();

/// The same, with every combinator.
[[nodiscard]] Library built_in_library();

}  // namespace ringwood
