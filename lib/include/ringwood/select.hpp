#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "ringwood/layout.hpp"
#include "ringwood/schedule.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// What sending one message costs, in seconds: what a predictor needs to know of a machine.
struct MessageCost {
  double latency = 0;   ///< until the first byte is there, without the sender's and receiver's overheads
  double overhead = 0;  ///< of the CPU, at each end
  double gap = 0;       ///< until the same NIC can send the next message, whatever its size
  double per_byte = 0;  ///< of the NIC, for each byte

  /// Messages of more bytes than `eager` first agree with their receiver, which keeps both ends busy for so long.
  double rendezvous = 0;
  Bytes eager = 0;
};

/// A link that messages of several ranks may share.
struct SharedLink {
  std::size_t number = 0;  ///< from 0 on, without gaps
  double per_byte = 0;     ///< seconds
};

/// A machine as far as selection knows one: the cost between two ranks, and of reducing a byte.
struct CostView {
  std::function<MessageCost(Rank from, Rank to)> between;
  double reduce_per_byte = 0;
  /// Links out of a rank that carry messages to different ranks at the same time, each at full speed; 1: all share one.
  double ports = 1;
  /// The links on the way of a message; valid until the next call. Empty if that is not known.
  std::function<std::span<const SharedLink>(Rank from, Rank to)> route = nullptr;
  /// Seconds that a message of so many bytes takes longer than the rest says, or less. Empty if there are none.
  std::function<double(double bytes)> correction = nullptr;
  /// Bytes that each link lets pass at once after a pause: it is a token bucket, filled at the link's speed. 0: none.
  /// Matters where routes are known; what messages gain by it is no part of their corrections then.
  double burst = 0;
};

/// Seconds that the schedule takes, estimated from the programs of a few ranks: each round costs what its own messages
/// cost, and nobody waits for anybody else. Exact where all ranks do alike and rounds do not overlap; cost grows with
/// the rounds of one rank, not with the number of ranks. Stops as soon as it is above `enough`, and returns what it
/// has.
[[nodiscard]] double estimate(const Schedule& schedule, const Layout& layout, const CostView& costs,
                              double enough = std::numeric_limits<double>::infinity());

/// Seconds for a schedule by the best means there are, such as a simulation.
using Predictor = std::function<double(const Schedule& schedule, const Layout& layout)>;

/// What is to be chosen for. Only values that all ranks share: the choice must be the same everywhere.
struct SelectionQuestion {
  Collective collective = Collective::kAllreduce;
  Schedule::Request request;
  Bytes elements = 0;  ///< of the whole vector (equal_layout, layouts.hpp)
  Bytes element_size = 1;
  /// Sides of the grid that the machine's links make of the ranks, the first running fastest; empty if none is known.
  std::vector<Rank> grid = {};
};

/// One algorithm that was considered.
struct Candidate {
  const Algorithm* algorithm = nullptr;
  double estimated_s = 0;   ///< at least that much, if it is more than twice the best
  double predicted_s = -1;  ///< of the short list only; negative: not predicted
  std::string why_not;      ///< not empty: cannot do the problem, and this is why

  [[nodiscard]] double seconds() const { return predicted_s >= 0 ? predicted_s : estimated_s; }
};

/// The choice, and all that led to it: candidates by time, those that cannot do the problem last.
struct Selection {
  const Algorithm* algorithm = nullptr;
  double seconds = 0;
  std::vector<Candidate> candidates;
};

/// Chooses by the cost model: estimates all algorithms of the catalogue that can do the problem, and predicts those
/// of the short list. Knows no machine and no simulator; both are passed in. Throws Error(kUsage) if none can do it.
class Selector {
 public:
  Selector(Catalogue catalogue, CostView costs, Predictor predictor = nullptr);

  [[nodiscard]] Selection select(const SelectionQuestion& question) const;

 private:
  Catalogue catalogue_;
  CostView costs_;
  Predictor predictor_;
};

}  // namespace ringwood
