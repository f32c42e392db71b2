#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ringwood/ids.hpp"
#include "sim/flow/max_min.hpp"

namespace ringwood {

/// From which rank to which; a round's in ascending order.
using RankPair = std::pair<Rank, Rank>;

/// A round that was solved.
struct SolvedRound {
  std::vector<RankPair> pairs;
  FlowRates rates;              ///< of each pair
  std::vector<FlowLink> links;  ///< that any of them crosses, one after the other
  Bytes bytes = 0;              ///< of every flow, over all rounds that were this one
  /// Where messages choose their ways: of each pair, where its links begin, with an end, and what they take longer.
  std::vector<std::uint32_t> first{};
  std::vector<Picoseconds> detours{};
};

/// Rounds that were solved: schedules repeat theirs. The oldest are forgotten when all take too much memory.
class RoundMemo {
 public:
  /// The round with these pairs, or nullptr.
  [[nodiscard]] SolvedRound* find(std::span<const RankPair> pairs);

  /// Keeps a round that find() did not know. `forgotten` gets those that make way for it.
  SolvedRound& add(SolvedRound round, std::vector<SolvedRound>& forgotten);

  [[nodiscard]] const std::deque<SolvedRound>& rounds() const { return rounds_; }

 private:
  [[nodiscard]] static std::uint64_t hash_of(std::span<const RankPair> pairs);
  [[nodiscard]] static std::size_t memory_of(const SolvedRound& round);

  std::deque<SolvedRound> rounds_;  // the oldest first; they do not move
  std::unordered_multimap<std::uint64_t, SolvedRound*> by_hash_;
  std::size_t memory_ = 0;
};

}  // namespace ringwood
