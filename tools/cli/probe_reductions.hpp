#pragma once

#include <string>
#include <vector>

#include "topology/reduction_costs.hpp"

namespace ringwood::cli {

/// What reducing a byte takes where operands are so long.
struct SizedReduction {
  Bytes bytes = 0;
  double seconds_per_byte = 0;
};

/// The longest operand that still takes what those in the cache do: up to it times are nearer to the first than to the
/// last, in their ratio. The last one's length where memory costs nothing more. `times`: at least one; lengths ascend.
[[nodiscard]] Bytes end_of_cache(const std::vector<SizedReduction>& times);

/// Measures the library's own reductions, of all types and operators. `longest`: bytes of each of two buffers, at least
/// 4 MiB, which together should be more than all caches hold. Takes a second or two.
[[nodiscard]] ReductionCosts measure_reductions(Bytes longest);

/// Two tables, types down and operators across.
[[nodiscard]] std::string as_text(const ReductionCosts& costs);

}  // namespace ringwood::cli
