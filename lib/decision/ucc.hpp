#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ringwood/collective.hpp"
#include "ringwood/decision_files.hpp"

/// What UCC's tl/ucp knows.
namespace ringwood::ucc {

struct TheirAlgorithm {
  std::string_view collective;  ///< "allreduce"
  int id;
  std::string_view name;
  std::string_view ours = {};            ///< empty: Ringwood has none
  std::string_view radix_variable = {};  ///< "ALLREDUCE_KN_RADIX"
  int since_minor = 0;                   ///< the first 1.x that has it
};

[[nodiscard]] const TheirAlgorithm* find_algorithm(std::string_view collective, std::string_view name,
                                                   const DecisionTarget& target);
[[nodiscard]] const TheirAlgorithm* find_algorithm(std::string_view collective, int id, const DecisionTarget& target);

/// Of cl/hier, which is asked with UCC_CL_HIER_TUNE.
[[nodiscard]] bool is_hierarchical_algorithm(std::string_view collective, std::string_view name);

[[nodiscard]] bool is_collective(std::string_view name);

/// Whether tl/ucp's algorithms for it are known here.
[[nodiscard]] bool has_algorithms(std::string_view collective);

/// "ALLREDUCE_KN_RADIX": without the UCC_TL_UCP_ in front.
[[nodiscard]] bool is_radix_variable(std::string_view name);

/// Whether UCC knows how long a call's vector is before it chooses.
[[nodiscard]] bool has_size(std::string_view collective);

[[nodiscard]] std::optional<Collective> our_collective(std::string_view name);
[[nodiscard]] std::string_view their_collective(Collective collective);

struct Counterpart {
  const TheirAlgorithm* algorithm = nullptr;
  std::int64_t radix = 0;  ///< 0: none
};

[[nodiscard]] std::optional<Counterpart> counterpart(std::string_view collective, std::string_view expression,
                                                     const DecisionTarget& target);

/// Bytes of our vector for a byte of theirs: where they count one rank's result, as many as there are ranks.
[[nodiscard]] std::int64_t our_bytes_per_size(std::string_view collective, std::int64_t ranks);

}  // namespace ringwood::ucc
