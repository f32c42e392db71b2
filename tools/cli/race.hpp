#pragma once

#include <vector>

#include "ringwood/decision.hpp"
#include "tools/cli/arguments.hpp"

namespace ringwood::cli {

/// `ringwood tune` over the ranks that this program was started with: at each point all candidates race, MPI's own
/// among them. Returns the exit code.
int tune_measured(const Arguments& arguments, const std::vector<Collective>& collectives,
                  const std::vector<Bytes>& sizes, DecisionProvenance provenance);

}  // namespace ringwood::cli
