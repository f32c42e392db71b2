#pragma once

#include <map>
#include <mutex>
#include <string>

#include "ringwood/algorithm.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood {

/// An algorithm of a plug-in as the library knows it: the same, but that it objects to problems for which it is wrong.
/// Every interpreter asks for objections, so that none runs what was not proved. Not to be moved.
class GuardedAlgorithm {
 public:
  /// Up to so many ranks proofs are quick; above, `ringwood verify` does them.
  static constexpr Rank kMostRanksProved = 512;

  explicit GuardedAlgorithm(const Algorithm& theirs);
  GuardedAlgorithm(const GuardedAlgorithm&) = delete;
  GuardedAlgorithm& operator=(const GuardedAlgorithm&) = delete;

  [[nodiscard]] const Algorithm& algorithm() const { return ours_.algorithm; }

 private:
  /// Found again from the Problem: the algorithm is the first thing in it.
  struct Ours {
    Algorithm algorithm;
    GuardedAlgorithm* guard;
  };

  static std::string objection(const Problem& problem);
  static Chunk pieces(const Problem& problem);
  [[nodiscard]] std::string proof(const Problem& problem);

  Algorithm theirs_;
  Ours ours_;
  std::mutex mutex_;
  std::map<std::string, std::string> proofs_;  // by problem: what is wrong, or nothing
};

/// What is wrong with the schedule, or an empty string: the proof, and whatever the algorithm throws.
[[nodiscard]] std::string wrong_with(const Algorithm& algorithm, const Schedule::Request& request,
                                     const Parameters& parameters);

}  // namespace ringwood
