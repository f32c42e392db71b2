#pragma once

#include <string>
#include <vector>

#include "topology/loggops.hpp"

namespace ringwood::cli {

/// What was measured at one message size, in seconds; medians.
struct ProbePoint {
  Bytes bytes = 0;
  double one_way = 0;   ///< half of a ping-pong
  double exchange = 0;  ///< both send and receive at once, one exchange after the other
  int in_a_row = 1;     ///< exchanges that followed each other without a pause where `exchange` was measured
  double gap = 0;       ///< between the ends of two messages of a burst, whose last one is answered; 0: not measured
};

/// What was measured between two ranks.
struct ProbeSamples {
  std::string distance;            ///< "inside a host" or "between hosts"
  bool through_memory = false;     ///< the ranks' own CPUs copy the bytes
  std::vector<ProbePoint> points;  ///< by size, ascending
  std::vector<ProbePoint> checks;  ///< at other sizes, that no fit sees; without gaps
  double dropped = 0;              ///< the part of the passes that were made under other conditions than most
  double overhead = 0;             ///< the CPU's part of a message of one byte, at one end
  Bytes eager_limit = 0;           ///< the longest message seen to be sent without waiting for its receive
};

/// LogGOPS parameters that fit, with corrections by size, and how well.
struct ProbeFit {
  LogGops parameters;
  double error_of_checks = 0;         ///< median relative error of exchanges that the fit did not see
  double error_of_one_way = 0;        ///< the same of ping-pongs, at the sizes of the fit
  double error_of_other_one_way = 0;  ///< and at others
  double error_without = 0;           ///< the same of all exchanges, if there were no corrections
  /// The part of the sizes of the fit at which an exchange took half as long again as one of more bytes: no network
  /// does that to many of them, but a machine that was busy with something else does.
  double contradicting = 0;
};

/// o as measured, G from long exchanges, L what is left of a short one; and what exchanges at every size differ from
/// that becomes corrections, so that each range of sizes has its own protocol (Hoefler, Lichei, Rehm 2007 fit piecewise
/// for the same reason). g is what a message of a burst takes. Exchanges count between hosts and not ping-pongs, since
/// that is what collectives are made of; where CPUs copy the messages, corrections of their time serve both. Needs two
/// sizes at least. Throws Error(kSystem) if the samples are not positive and finite.
[[nodiscard]] ProbeFit fit(const ProbeSamples& samples);

/// What the textbook form of the model says of one message of so many bytes, in seconds.
[[nodiscard]] double predicted_one_way(const LogGops& parameters, Bytes bytes);

/// The same of two messages in opposite directions that begin together.
[[nodiscard]] double predicted_exchange(const LogGops& parameters, Bytes bytes);

}  // namespace ringwood::cli
