#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ringwood/parameters.hpp"
#include "ringwood/problem.hpp"
#include "ringwood/program.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// For which numbers of ranks an algorithm is defined.
enum class RankRule { kAny, kEven, kPowerOfTwo };

/// Renumberings of all ranks under which a schedule stays the same: rank g(r) does what rank r does, with every peer q
/// replaced by g(q). Chunks may be others, as long as there are as many of them.
enum class Symmetry {
  kNone,
  kRotation,     ///< r -> (r + d) mod p, for any d
  kExclusiveOr,  ///< r -> r ^ d, for any d < p; p is a power of two
};

/// What a problem must offer before an algorithm can do it.
struct Needs {
  bool commutative = false;  ///< the operator must commute; false promises that rank order is kept
  RankRule ranks = RankRule::kAny;
  bool placement = false;
};

/// How many equal pieces of the vector the rounds name, where that is the number of ranks.
[[nodiscard]] inline Chunk one_piece_per_rank(const Problem& problem) {
  return problem.ranks;
}

/// For algorithms that only ever move the whole vector.
[[nodiscard]] inline Chunk one_piece(const Problem&) {
  return 1;
}

/// For algorithms whose ranks all do alike, counted from themselves.
[[nodiscard]] inline Symmetry same_by_rotation(const Problem&) {
  return Symmetry::kRotation;
}

/// For algorithms whose partners differ in bits of their ranks, and which fold what is no power of two.
[[nodiscard]] inline Symmetry same_by_bits(const Problem& problem) {
  return (problem.ranks & (problem.ranks - 1)) == 0 ? Symmetry::kExclusiveOr : Symmetry::kNone;
}

/// An algorithm, whole: data and one coroutine. A file of algorithms/ defines one constant of this type, and a line of
/// algorithms/registry.def makes it known.
struct Algorithm {
  std::string_view name;       ///< as users type it: "recursive-doubling"
  Collective collective;       ///< whose contract it keeps
  std::string_view cost;       ///< rounds and coefficients: "(p-1)a + (p-1)/p nb + (p-1)/p nc"
  std::string_view reference;  ///< the paper; never empty
  Needs needs;
  Program (*program)(const Problem& problem, Rank me);  ///< the rounds of rank `me`
  Chunk (*pieces)(const Problem& problem) = one_piece_per_rank;
  std::span<const ParameterInfo> parameters = {};
  /// Why it cannot do the problem, beyond what `needs` says; empty: it can. nullptr: nothing beyond.
  std::string (*objection)(const Problem& problem) = nullptr;
  /// Which renumberings keep the schedule: a claim, which those who rely on it check. nullptr: none is known.
  Symmetry (*symmetry)(const Problem& problem) = nullptr;
};

/// Why `algorithm` cannot do the problem ("it needs ..."), or an empty string if it can. `problem.chunks` is not read.
[[nodiscard]] std::string objection_to(const Algorithm& algorithm, const Problem& problem);

/// The algorithms that a caller wants considered; passed in, never found. Pointers to constants.
using Catalogue = std::span<const Algorithm* const>;

/// The algorithm of that name. Throws Error(kUsage) that lists the collective's algorithms and the nearest name.
[[nodiscard]] const Algorithm& find_algorithm(Catalogue catalogue, Collective collective, std::string_view name);

}  // namespace ringwood
