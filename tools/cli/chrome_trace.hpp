#pragma once

#include <string>

#include "sim/simulate.hpp"
#include "tools/cli/setup.hpp"

namespace ringwood::cli {

/// What happened as a Chrome trace (the "Trace Event Format"; opens in Perfetto and chrome://tracing): operations by
/// rank, and, of the flow model with its rates, the use of the hottest links over time. Times are those of the machine.
[[nodiscard]] std::string chrome_trace(const OperationLog& operations, const SimulationReport& report,
                                       const Site& site);

}  // namespace ringwood::cli
