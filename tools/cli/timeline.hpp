#pragma once

#include <string>

#include "sim/simulate.hpp"

namespace ringwood::cli {

/// The ranks' CPUs over time, for a terminal of so many columns: a row a rank (of many ranks, as many as go on a page),
/// a letter for what took most of a column: s send, r receive, + reduce, . nothing; blank after the rank has finished.
[[nodiscard]] std::string timeline(const OperationLog& operations, const SimulationReport& report, std::size_t columns);

}  // namespace ringwood::cli
