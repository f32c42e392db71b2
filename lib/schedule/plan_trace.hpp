#pragma once

#include "schedule/plan_regions.hpp"

namespace ringwood {

/// An operation of a program in bytes of the vector; never empty.
struct TracedOperation {
  Rank peer = 0;
  OperationKind kind = OperationKind::kSend;
  Side side = Side::kLeft;
  Plane plane = 0;
  Plane target_plane = 0;
  PlanRange pieces;  ///< of ProgramTrace::pieces
};

struct TracedStrand;

struct TracedRound {
  PlanRange operations;             ///< of ProgramTrace::operations
  std::vector<TracedStrand> lanes;  ///< what the rank forks in after this round
};

struct TracedStrand {
  Lane lane = 0;
  std::vector<TracedRound> rounds;
};

/// All that one rank's program did, without what carries no byte. Rounds are kept even if nothing is left of them, so
/// that they are numbered as in the program.
struct ProgramTrace {
  TracedStrand strand;
  std::vector<TracedOperation> operations;
  std::vector<ByteInterval> pieces;
};

[[nodiscard]] ProgramTrace trace(const Schedule& schedule, const Layout& layout, Rank me);

}  // namespace ringwood
