#pragma once

#include <optional>
#include <string_view>

#include "decision/mpich.hpp"
#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"

namespace ringwood::mpich {

/// Names of ours and theirs.
struct Name {
  enum class Radix { kNone, kRadix, kPorts };

  std::string_view theirs;  ///< without "MPIR_"
  std::string_view ours;
  Radix radix = Radix::kNone;  ///< what their k is
};

/// Of several of ours that they call the same, the first.
[[nodiscard]] std::optional<Name> our_name(const TheirAlgorithm& algorithm);

/// What they have for an expression of ours.
struct Counterpart {
  const TheirAlgorithm* algorithm = nullptr;
  std::int64_t k = 0;  ///< 0: it takes none
};

[[nodiscard]] std::optional<Counterpart> counterpart(std::string_view collective, std::string_view expression,
                                                     const DecisionTarget& target);

/// Ringwood's collective, for blocking ones that it has. "reduce_scatter_block" is the reduce-scatter.
[[nodiscard]] std::optional<Collective> our_collective(std::string_view name);

/// Bytes of our vector for a byte of their size.
[[nodiscard]] double our_bytes_per_size(std::string_view collective, bool total, std::int64_t ranks);

}  // namespace ringwood::mpich
