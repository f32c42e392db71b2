#pragma once

#include <optional>
#include <string>

#include "decision/findings.hpp"
#include "decision/located_json.hpp"
#include "decision/mpich.hpp"

namespace ringwood::mpich {

/// What the tests on the way to a leaf have settled.
struct Facts {
  std::string collective;
  std::optional<bool> commutative;
  std::optional<bool> built_in;
  std::optional<bool> in_place;
  std::optional<bool> regular;
  std::optional<bool> ranks_pow2;
  bool enough_elements = false;  // at least as many as the power of two below the ranks
  bool about_message = false;    // a test of the call came before
  bool inter = false;
};

/// Tells where a leaf has restrictions that the tests before it have not settled, or parameters that it does not take.
void check_leaf(const TheirAlgorithm& algorithm, const LocatedJson::Member& member, const Facts& facts,
                Findings& findings);

}  // namespace ringwood::mpich
