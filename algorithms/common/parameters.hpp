#pragma once

#include <string>
#include <vector>

#include "ringwood/problem.hpp"

namespace ringwood {

/// Parameters that more than one algorithm has, so that they mean the same everywhere.
inline constexpr ParameterInfo kPorts{"ports", "messages that a rank sends at once", 1, 1, 1024};

inline constexpr ParameterInfo kAggregation{
    "aggregation", "trees whose blocks share a message, rounded down to a power of two; 0 as many as there are", 0, 0,
    1 << 30};

inline constexpr ParameterInfo kRadix{"radix", "intervals that are joined at once", 4, 2, 1024};

inline constexpr ParameterInfo kSegments{"segments", "pieces that follow each other through the pipeline", 8, 1, 4096};

inline constexpr ParameterInfo kArity{"arity", "children of a rank in the tree", 2, 1, 1024};

inline constexpr ParameterInfo kDims{
    "dims", "sides of the grid of ranks, whose product is their number; 0 leaves them open", 0, 0, 1 << 30, true};

/// The sides that were given; empty if none were. Each is at most kDims.maximum.
[[nodiscard]] inline std::vector<Rank> dims_given(const Problem& problem) {
  const auto* given = problem.parameters == nullptr ? nullptr : problem.parameters->find(kDims.name);
  return given == nullptr || given->front() == 0 ? std::vector<Rank>()
                                                 : std::vector<Rank>(given->begin(), given->end());
}

/// Why such a grid is not one of so many ranks; empty: it is.
[[nodiscard]] inline std::string objection_to_dims(const std::vector<Rank>& sides, Rank ranks) {
  std::string text;
  std::int64_t product = 1;
  for (const Rank side : sides) {
    text += (text.empty() ? "" : "x") + std::to_string(side);
    product = side == 0 || product > ranks ? 0 : product * side;
  }
  return product == ranks ? "" : "its dims " + text + " do not multiply to " + std::to_string(ranks);
}

}  // namespace ringwood
