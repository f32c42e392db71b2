#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ringwood/select.hpp"

namespace ringwood {

/// The rounds of a schedule where links are token buckets: what a link lets pass at once hangs on what it carried in
/// the rounds before, so that rounds cannot be added up for all sizes. Links that are loaded alike are counted once.
///
/// A link is in debt by what it was given to carry, and pays off at its speed; a round takes as long as what exceeds
/// the bucket on the worst link (LinkTable::take_burst in sim/flow says the same of single messages). As in simulate(),
/// a call follows another one like it after a barrier.
class BucketRounds {
 public:
  struct Round {
    double times = 1;             ///< so often in a row
    double lanes = 1;             ///< side by side: what of one waits, another one may use
    double waiting_s = 0;         ///< until the first byte is there
    double busy_s = 0;            ///< CPUs
    double reduced_per_byte = 0;  ///< CPUs, seconds a byte of the vector
    double steady_per_byte = 0;   ///< what a message takes besides its links, seconds a byte of the vector
    double longest = 0;           ///< part of the vector that is its longest message
  };

  /// What a link carries in a round: seconds, a byte of the vector.
  struct Load {
    std::size_t link = 0;
    double per_byte = 0;
  };

  void add(const Round& round, std::span<const Load> loads);

  /// All rounds are known; `speeds`: seconds a byte of each link; `pause_s` is between two calls.
  void finish(std::span<const double> speeds, double pause_s);

  [[nodiscard]] bool empty() const { return rounds_.empty(); }

  /// Seconds in which links carry, and what messages of their sizes take longer, of all rounds.
  [[nodiscard]] double carried(double bytes, const CostView& costs) const;

 private:
  class Pass;

  struct Entry {
    std::size_t round = 0;
    Load load;
  };

  std::vector<Round> rounds_;
  std::vector<Entry> entries_;  // until all are known
  std::vector<double> speeds_;  // seconds a byte, of links that differ
  std::vector<double> loads_;   // of each of these in each round
  double pause_s_ = 0;
};

}  // namespace ringwood
