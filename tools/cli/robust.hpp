#pragma once

#include <vector>

#include "tools/cli/model_choice.hpp"
#include "tools/cli/records.hpp"

namespace ringwood::cli {

/// What is chosen for.
struct RobustPoint {
  Collective collective;
  Bytes bytes;
};

/// The most promising candidates with their regret, least first: how much longer each takes than the best of them, at
/// most and on average, over machines whose L, o, g, G and gamma are off by up to `--robust` per cent, one factor each,
/// and over random placements of the ranks (`--seed`).
[[nodiscard]] std::vector<Record> robust_records(const ModelChoice& model, const Site& site, const Arguments& arguments,
                                                 const RobustPoint& point, const std::vector<ModelOption>& options);

}  // namespace ringwood::cli
