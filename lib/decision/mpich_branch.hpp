#pragma once

#include "decision/findings.hpp"
#include "decision/located_json.hpp"
#include "decision/mpich_leaf.hpp"
#include "decision/mpich_tree.hpp"

namespace ringwood::mpich {

/// A test where it stands.
struct Branch {
  const Test& test;
  const Test* previous;  ///< the test of the branch before it in the same place; nullptr: none
  const LocatedJson::Member& member;
};

/// Tells where a test cannot be asked, is never true, or is not what it seems to be.
void check_test(const Branch& branch, const Facts& facts, Findings& findings);

}  // namespace ringwood::mpich
