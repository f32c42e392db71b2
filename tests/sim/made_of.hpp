#pragma once

#include "ringwood/algorithm.hpp"

namespace ringwood {

/// An algorithm of one test: every rank runs the program, over one piece.
constexpr Algorithm made_of(Program (*program)(const Problem&, Rank)) {
  return {.name = "test",
          .collective = Collective::kBroadcast,
          .cost = "-",
          .reference = "this test",
          .needs = {},
          .program = program,
          .pieces = one_piece};
}

}  // namespace ringwood
