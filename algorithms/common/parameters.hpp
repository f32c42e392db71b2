#pragma once

#include "ringwood/parameters.hpp"

namespace ringwood {

/// Parameters that more than one algorithm has, so that they mean the same everywhere.
inline constexpr ParameterInfo kPorts{"ports", "messages that a rank sends at once", 1, 1, 1024};

inline constexpr ParameterInfo kAggregation{
    "aggregation", "trees whose blocks share a message, rounded down to a power of two; 0 as many as there are", 0, 0,
    1 << 30};

inline constexpr ParameterInfo kRadix{"radix", "intervals that are joined at once", 4, 2, 1024};

inline constexpr ParameterInfo kSegments{"segments", "pieces that follow each other through the pipeline", 8, 1, 4096};

inline constexpr ParameterInfo kArity{"arity", "children of a rank in the tree", 2, 1, 1024};

}  // namespace ringwood
