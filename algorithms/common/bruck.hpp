#pragma once

#include "ringwood/program.hpp"

namespace ringwood {

/// Bruck's allgather, or the same backwards as a reduce-scatter.
enum class BruckWay { kAllgather, kReduceScatter };

/// Windows of blocks that grow by what the windows behind them hold, `ports` of them a round; the other way round they
/// shrink, and are added up. Any p, ceil(log_{ports+1} p) rounds.
[[nodiscard]] Program bruck(const Problem& problem, Rank me, Rank ports, BruckWay way);

}  // namespace ringwood
