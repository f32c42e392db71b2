#pragma once

#include <string>
#include <vector>

#include "topology/loggops.hpp"

namespace ringwood::cli {

/// What was measured at one message size, in seconds; medians.
struct ProbePoint {
  Bytes bytes = 0;
  double one_way = 0;   ///< half of a ping-pong
  double exchange = 0;  ///< both send and receive at once
  double gap = 0;       ///< between the ends of two messages of a burst, whose last one is answered
};

/// What was measured between two ranks.
struct ProbeSamples {
  std::string distance;            ///< "inside a host" or "between hosts"
  std::vector<ProbePoint> points;  ///< by size, ascending
  double overhead = 0;             ///< the sender's CPU, of a message of one byte
  Bytes eager_limit = 0;           ///< the longest message seen to be sent without waiting for its receive
};

/// LogGOPS parameters that fit, and how well.
struct ProbeFit {
  LogGops parameters;
  double worst_error = 0;   ///< largest relative error of an exchange among the points
  double median_error = 0;  ///< of all points, exchanges and ping-pongs
};

/// Weighted least squares on relative errors (Hoefler, Lichei, Rehm 2007 for what is measured): latency and time per
/// byte from exchanges, since that is what collectives are made of; G from bursts, and O is what an exchange takes
/// longer than that. Needs two sizes at least. Throws Error(kSystem) if the samples are not positive and finite.
[[nodiscard]] ProbeFit fit(const ProbeSamples& samples);

/// What the textbook form of the model says of one message of so many bytes, in seconds.
[[nodiscard]] double predicted_one_way(const LogGops& parameters, Bytes bytes);

}  // namespace ringwood::cli
