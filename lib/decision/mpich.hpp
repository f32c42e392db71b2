#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ringwood/decision_files.hpp"

/// What MPICH's selection files (CSEL JSON) are made of.
namespace ringwood::mpich {

/// What must hold before a leaf may be taken; a file has to test it, MPICH does not.
struct Restrictions {
  bool commutative = false;
  bool built_in = false;    ///< the operator
  bool count_pow2 = false;  ///< at least as many elements as the power of two below the ranks
  bool ranks_pow2 = false;
  bool in_place = false;      ///< only in place
  bool not_in_place = false;  ///< only otherwise
  bool regular = false;       ///< equal blocks
};

/// A leaf for blocking collectives.
struct TheirAlgorithm {
  std::string_view collective;  ///< "allreduce"
  std::string_view name;        ///< without "MPIR_"
  int since_minor = 0;          ///< the first 4.x that has it
  Restrictions needs = {};
  std::string_view parameters = {};  ///< "k tree_type"; those that it takes
};

[[nodiscard]] const TheirAlgorithm* find_algorithm(std::string_view name, const DecisionTarget& target);

/// Blocking, non-blocking and neighbourhood collectives, as files name them.
[[nodiscard]] std::span<const std::string_view> collectives();

/// Whether the test can be asked of the collective; others make MPICH fail an assertion.
[[nodiscard]] bool has_average_size(std::string_view collective);
[[nodiscard]] bool has_total_size(std::string_view collective);
[[nodiscard]] bool has_operator(std::string_view collective);
[[nodiscard]] bool has_built_in_test(std::string_view collective);
[[nodiscard]] bool has_in_place_test(std::string_view collective);
[[nodiscard]] bool has_count(std::string_view collective);

/// "intra" and "inter" leaves that are right for every call, one for each collective: JSON text of the value of
/// "collective=NAME".
[[nodiscard]] std::string_view default_tree(std::string_view collective);

}  // namespace ringwood::mpich
