#pragma once

#include <cstddef>
#include <vector>

namespace ringwood::cli {

/// Which passes were made under the same conditions: of `times[series][pass]`, all above 0, the numbers of those passes
/// whose speed is about that of the closest half of all (the shorth of Andrews and others 1972). The speed of a pass is
/// the median, over the series, of its time beside the median of the series. Half of the passes at least; ascending.
[[nodiscard]] std::vector<std::size_t> alike_passes(const std::vector<std::vector<double>>& times);

/// The upper median; 0 of nothing.
[[nodiscard]] double median_of(std::vector<double> values);

}  // namespace ringwood::cli
