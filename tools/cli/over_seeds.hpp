#pragma once

#include <functional>
#include <vector>

#include "tools/cli/arguments.hpp"
#include "tools/cli/records.hpp"

namespace ringwood::cli {

/// How many seeds `--seeds` asks for; 0: none. Throws Error(kUsage), also where nothing is left to chance: no option
/// that is given says "random" or brings noise.
[[nodiscard]] std::int64_t seeds_of(const Arguments& arguments);

/// The times, in seconds and ascending, that `time` finds for the seeds from `--seed` on, on several threads. The same
/// seeds give the same times.
[[nodiscard]] std::vector<double> over_seeds(const Arguments& arguments,
                                             const std::function<double(const Arguments& seeded)>& time);

/// Puts the median in place of `time_s` and adds the distribution: samples, min_s, q05_s, q25_s, median_s, q75_s, q95_s
/// and max_s. What follows from the time follows from the median.
void add_distribution(Record& record, const std::vector<double>& ascending);

}  // namespace ringwood::cli
