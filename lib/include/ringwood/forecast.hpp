#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ringwood/collective.hpp"
#include "ringwood/expression.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// Where and how a collective is to be forecast; in the words of `ringwood simulate`.
struct ForecastOptions {
  std::string machine = {};       ///< "fat-tree:leaves=8,hosts-per-leaf=16", a preset, a file; empty: one host a rank
  std::string map = "block";      ///< where ranks run: "block", "round-robin", "random:SEED" or a file
  std::string model = "loggops";  ///< "loggops", or "flow": messages share links
  Rank root = 0;                  ///< of collectives that have one
  bool commutative = true;        ///< whether the operator commutes
  Bytes element_size = 4;         ///< borders between blocks are borders of elements
};

/// What a collective would take.
struct Forecast {
  double seconds = 0;                 ///< until the last rank has finished
  std::vector<double> finish_s = {};  ///< of each rank
  std::int64_t rounds = 0;            ///< most rounds of one rank
  std::int64_t messages = 0;          ///< of all ranks
  Bytes bytes_sent_max = 0;           ///< by the busiest rank
};

/// When `ranks` ranks would have done `collective` with `algorithm` ("ring", "lanes(4, ring)") on `bytes` bytes, the
/// size of the whole vector as on the command line. Same arguments, same answer to the last bit. Throws Error(kUsage)
/// for what is unknown or cannot be done, Error(kInput) with file and line for files that are wrong.
[[nodiscard]] Forecast forecast(const Library& library, Collective collective, std::string_view algorithm, Rank ranks,
                                Bytes bytes, const ForecastOptions& options = {});

}  // namespace ringwood
