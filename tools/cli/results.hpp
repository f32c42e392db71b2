#pragma once

#include <optional>
#include <string>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"
#include "tools/cli/choices.hpp"
#include "tools/cli/records.hpp"

namespace ringwood::cli {

/// What the schedule of a result sends; unknown of the MPI library's own.
struct Traffic {
  std::int64_t rounds = 0;
  std::int64_t messages = 0;
  Bytes bytes_sent_max = 0;
};

/// One point, measured or simulated.
struct Result {
  Collective collective = Collective::kAllreduce;
  AlgorithmName name;
  std::string machine;
  std::string model;  ///< "real" if measured
  Rank ranks = 1;
  Bytes bytes = 0;
  double time_s = 0;
  std::optional<Traffic> traffic;
  std::optional<double> bound_s;
};

/// The fields that all results have, in the order of cli.md.
[[nodiscard]] Record record_of(const Result& result);

}  // namespace ringwood::cli
